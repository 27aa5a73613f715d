"""The Draw page: draw a digit, see the prediction, label the drawing."""
