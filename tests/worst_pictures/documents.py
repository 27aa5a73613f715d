"""Builds PDF documents object by object: with much in few bytes, with loops, and with orders to a reader."""

import zlib

CATALOG, PAGES, PAGE = 1, 2, 3


def make_pdf(objects: dict[int, bytes], catalog: bytes = b"") -> bytes:
    """A document of these objects by number. It has a page of 200 × 100 unless `objects` replaces that.

    It has no table of objects; readers then search for them.
    """
    usual = {
        CATALOG: b"<</Type/Catalog/Pages 2 0 R%s>>" % catalog,
        PAGES: b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        PAGE: b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 100]/Contents 4 0 R/Resources<</XObject<</X 5 0 R>>>>>>",
        4: make_stream(b"0 0 80 40 re f"),
    }
    bodies = (b"%d 0 obj%s\nendobj\n" % numbered for numbered in (usual | objects).items())
    return b"%PDF-1.7\n" + b"".join(bodies) + b"trailer<</Root 1 0 R>>\n"


def make_stream(content: bytes, entries: bytes = b"", *, compressed: bool = False) -> bytes:
    """A stream with its dictionary."""
    if compressed:
        content, entries = zlib.compress(content, 9), entries + b"/Filter/FlateDecode"
    return b"<<%s/Length %d>>stream\n%s\nendstream" % (entries, len(content), content)


def with_orders(url: bytes) -> bytes:
    """A document that tells its reader to run a script, to start a program and to load from this address."""
    orders = [
        b"/S/JavaScript/JS(app.launchURL\\('%s'\\); this.submitForm\\('%s'\\))" % (url, url),
        b"/S/URI/URI(%s)" % url,
        b"/S/SubmitForm/F(%s)" % url,
        b"/S/ImportData/F(%s)" % url,
        b"/S/GoToR/F(%s)/D[0/Fit]" % url,
        b"/S/Launch/F(/bin/touch)/Win<</F(cmd.exe)>>",
    ]
    chain = {10 + number: b"<<%s/Next %d 0 R>>" % (order, 11 + number) for number, order in enumerate(orders)}
    outside = make_stream(b"", b"/Type/XObject/Subtype/Image/Width 8/Height 8/F<</FS/URL/F(%s)>>" % url)
    return make_pdf(
        {
            **chain,
            10 + len(orders): b"<</S/URI/URI(%s)>>" % url,
            4: make_stream(b"0 0 80 40 re f /X Do"),
            5: outside,
        },
        catalog=b"/OpenAction 10 0 R/AA<</WC 10 0 R>>/AcroForm<</XFA(%s)>>" % url,
    )


def nested_pages(depth: int) -> bytes:
    """A page below that many branches of the tree of pages."""
    branches = {number: b"<</Type/Pages/Kids[%d 0 R]/Count 1>>" % (number + 1) for number in range(1000, 1000 + depth)}
    return make_pdf({PAGES: b"<</Type/Pages/Kids[1000 0 R]/Count 1>>", **branches, 1000 + depth: _page(999 + depth)})


def pages_in_a_circle() -> bytes:
    """A tree of pages that contains itself."""
    return make_pdf({PAGES: b"<</Type/Pages/Kids[2 0 R]/Count 1>>"})


def many_pages(count: int) -> bytes:
    """That many pages without content."""
    kids = b" ".join(b"%d 0 R" % (1000 + number) for number in range(count))
    pages = {1000 + number: b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>" for number in range(count)}
    return make_pdf({PAGES: b"<</Type/Pages/Kids[%s]/Count %d>>" % (kids, count), **pages})


def deep_array(depth: int) -> bytes:
    """An object of that many arrays inside each other."""
    return make_pdf({6: b"[" * depth + b"]" * depth}, catalog=b"/Names 6 0 R")


def long_content(size: int) -> bytes:
    """A page whose content is `size` bytes of strokes, a thousandth of that in the file."""
    return make_pdf({4: make_stream(b"0 0 m 200 100 l S\n" * (size // 18), compressed=True)})


def large_image(side: int) -> bytes:
    """A page with a picture of `side` × `side` pixels of one colour."""
    squeeze = zlib.compressobj(9)
    pixels = b"".join([*(squeeze.compress(bytes(side)) for _ in range(side)), squeeze.flush()])
    size = b"/Width %d/Height %d/ColorSpace/DeviceGray/BitsPerComponent 8" % (side, side)
    picture = make_stream(pixels, b"/Type/XObject/Subtype/Image/Filter/FlateDecode" + size)
    return make_pdf({4: make_stream(b"200 0 0 100 0 0 cm /X Do"), 5: picture})


def forms_in_forms(levels: int, times: int) -> bytes:
    """A page that draws a form so often as `times` to the power of `levels`, each form drawing the next."""
    draw = b"/X Do " * times
    forms = {
        number: make_stream(
            draw, b"/Type/XObject/Subtype/Form/BBox[0 0 200 100]/Resources<</XObject<</X %d 0 R>>>>" % (number + 1)
        )
        for number in range(5, 5 + levels)
    }
    last = make_stream(b"0 0 80 40 re f", b"/Type/XObject/Subtype/Form/BBox[0 0 200 100]")
    return make_pdf({4: make_stream(draw), **forms, 5 + levels: last})


def form_in_itself() -> bytes:
    """A form that draws itself."""
    form = make_stream(b"/X Do", b"/Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</X 5 0 R>>>>")
    return make_pdf({4: make_stream(b"/X Do"), 5: form})


def huge_page(side: int) -> bytes:
    """A page that claims to be so large."""
    return make_pdf({PAGE: b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 %d 1]/Contents 4 0 R>>" % side})


def _page(parent: int) -> bytes:
    return b"<</Type/Page/Parent %d 0 R/MediaBox[0 0 200 100]/Contents 4 0 R>>" % parent
