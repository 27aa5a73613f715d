"""A picture of a page → every digit and separator on it, then its lines, numbers and tables.

`found_page.py` is the entry point: the reader network finds the digits (`detection.py`), and the ink of each is cut out
of the page (`cutting.py`). `arrangement/` puts what was found into reading order. `single_digit.py` finds the one digit
of a picture that shows other things too.
"""
