"""Draw a digit, see what it is read as, say what it really was."""
