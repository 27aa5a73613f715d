"""The History page: find, correct, delete and download stored predictions."""
