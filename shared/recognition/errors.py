"""The reasons why a drawing can't be read. Each message is a sentence for the person who sent the drawing."""


class DrawingError(Exception):
    """A drawing can't be turned into an image."""


class UnreadableImageError(DrawingError):
    """The file is not a PNG, JPEG or WebP picture, or it is broken."""


class DrawingTooLargeError(DrawingError):
    """The picture has more pixels, or more pieces of ink, than the limit."""


class TakesLongError(Exception):
    """A drawing takes longer to read than the caller was willing to wait. `preprocess` reads it."""


class BlankDrawingError(DrawingError):
    """The drawing has no ink."""
