"""A picture of a page → every digit on it, in reading order.

`segmentation.py` is the entry point. `finding.py` finds the digits with hand-written rules: `pieces.py` lists the
connected pieces of ink, `grouping.py` joins the pieces of one digit, `lines.py` sorts the digits into lines.
"""

from shared.recognition.page.segmentation import FoundDigit, PageOfDigits, segment_page

__all__ = ["FoundDigit", "PageOfDigits", "segment_page"]
