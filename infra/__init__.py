"""Runs Slate on one machine without Docker, and checks and writes the files of the project around the code."""
