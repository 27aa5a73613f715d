"""The error of files that cannot be used."""


class FileError(Exception):
    """A file holds something else, or the folder belongs to another export. The message is for the person."""
