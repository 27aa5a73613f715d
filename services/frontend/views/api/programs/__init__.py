"""Example programs to copy: in each language, a complete program for each question to inference."""
