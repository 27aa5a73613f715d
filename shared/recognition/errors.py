"""Why a drawing can't be read. Each message is a sentence for the person who sent it."""


class DrawingError(Exception):
    """Any reason why a drawing can't be turned into an image."""


class UnreadableImageError(DrawingError):
    """Not a PNG, JPEG or WebP, or a broken one."""


class DrawingTooLargeError(DrawingError):
    """More pixels than the limit, known from the file's header."""


class BlankDrawingError(DrawingError):
    """No ink on it."""
