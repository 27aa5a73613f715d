"""The Photo page: pictures from a file or the camera, with one digit or many."""
