"""A picture file → its size, how to turn it, and a file of nothing but its pixels. Nothing is decompressed here.

`png.py`, `jpeg.py` and `webp.py` walk over the parts of a file. They refuse a picture that would take too much memory
or time, and leave out every part without pixels: text, profiles, previews, further pictures, animations.
"""

from shared.recognition.picture_file.opening import open_picture
from shared.recognition.picture_file.pixel_file import PixelFile
from shared.recognition.picture_file.quick import is_quick

__all__ = ["PixelFile", "is_quick", "open_picture"]
