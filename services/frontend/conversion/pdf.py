"""The first page of a PDF → a picture, drawn by PDFium, which also draws PDFs in Chromium."""

from PIL import Image

from services.frontend.elements.decoding import UnshowablePictureError

PASSWORD = 4  # PDFium's code for a document that needs one
NEEDS_PASSWORD = "The PDF document is protected with a password. Save it without one and try again."  # noqa: S105
BROKEN = "The PDF document is broken and can't be opened."
EMPTY = "The PDF document has no pages."


def draw_first_page(data: bytes, side: int) -> tuple[Image.Image, bool]:
    """RGB with a longer side of `side` pixels, and whether more pages follow. UnshowablePictureError."""
    import pypdfium2  # takes a tenth of a second, which only PDFs pay

    try:
        with pypdfium2.PdfDocument(data) as document:
            document.init_forms()  # draws what was typed into the fields of a form
            pages = len(document)
            if not pages:
                raise UnshowablePictureError(EMPTY)
            page = document[0]
            picture = page.render(scale=side / max(page.get_size())).to_pil()
            return picture.convert("RGB"), pages > 1
    except (UnshowablePictureError, MemoryError):
        raise
    except Exception as error:  # PDFium's own, or any other for a page of no size
        is_protected = isinstance(error, pypdfium2.PdfiumError) and error.err_code == PASSWORD
        raise UnshowablePictureError(NEEDS_PASSWORD if is_protected else BROKEN) from error
