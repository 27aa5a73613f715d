"""The image of a digit does not depend on its place and size or on the ink, the paper and the file format."""

import io
import zlib

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFilter

from shared.recognition.decoding import decode_drawing
from shared.recognition.errors import BlankDrawingError, DrawingTooLargeError, UnreadableImageError
from shared.recognition.preprocessing import CENTRE, preprocess

SEVEN = [(0.0, 0.0), (0.7, 0.0), (0.25, 1.0)]


def draw_seven(
    *, left: float = 90, top: float = 80, size: float = 120, pen: int = 14, paper: str = "black", ink: str = "white"
) -> Image.Image:
    picture = Image.new("RGB", (1120, 1120), paper)
    points = [((left + x * size) * 4, (top + y * size) * 4) for x, y in SEVEN]
    canvas = ImageDraw.Draw(picture)
    canvas.line(points, fill=ink, width=pen * 4, joint="curve")
    for x, y in points:
        canvas.ellipse((x - pen * 2, y - pen * 2, x + pen * 2, y + pen * 2), fill=ink)
    return picture.reduce(4)


def encode(picture: Image.Image, file_format: str = "PNG", **options: object) -> bytes:
    file = io.BytesIO()
    picture.save(file, file_format, **options)
    return file.getvalue()


def image_of(picture: Image.Image, file_format: str = "PNG", **options: object) -> np.ndarray:
    return preprocess(encode(picture, file_format, **options))


def assert_alike(image: np.ndarray, other: np.ndarray, tolerance: float = 12) -> None:
    """Compares the mean difference of the inked pixels, in grey levels."""
    inked = (image > 0) | (other > 0)
    assert np.abs(image.astype(float) - other)[inked].mean() < tolerance


def test_image_has_its_longer_side_in_the_box_and_its_mass_in_the_middle() -> None:
    image = image_of(draw_seven())
    rows, columns = np.nonzero(image)
    assert image.shape == (28, 28)
    assert image.dtype == np.uint8
    assert max(np.ptp(rows), np.ptp(columns)) + 1 == 20
    assert abs((image.sum(axis=1) @ np.arange(28)) / image.sum() - CENTRE) <= 0.5
    assert abs((image.sum(axis=0) @ np.arange(28)) / image.sum() - CENTRE) <= 0.5


@pytest.mark.parametrize(("left", "top"), [(12, 12), (180, 12), (12, 140), (180, 140)])
def test_place_does_not_matter(left: float, top: float) -> None:
    assert_alike(image_of(draw_seven(left=left, top=top)), image_of(draw_seven()))


@pytest.mark.parametrize("scale", [0.4, 0.7, 1.6])
def test_size_does_not_matter(scale: float) -> None:
    scaled = draw_seven(left=40, top=40, size=120 * scale, pen=round(14 * scale))
    assert_alike(image_of(scaled), image_of(draw_seven()), tolerance=22)


@pytest.mark.parametrize(
    ("paper", "ink"),
    [("white", "black"), ("#222", "#aaa"), ("#eee", "#ccc"), ("white", "yellow"), ("black", "blue"), ("green", "red")],
)
def test_polarity_contrast_and_colour_do_not_matter(paper: str, ink: str) -> None:
    assert_alike(image_of(draw_seven(paper=paper, ink=ink)), image_of(draw_seven()))


@pytest.mark.parametrize("ink", [(0, 0, 0), (255, 255, 255), (30, 90, 200)])
def test_the_opacity_is_the_ink_on_a_transparent_background(ink: tuple[int, int, int]) -> None:
    picture = Image.new("RGBA", (280, 280), (*ink, 0))
    picture.putalpha(draw_seven().convert("L"))
    assert_alike(image_of(picture), image_of(draw_seven()))


def test_a_picture_with_transparent_corners_is_read_by_its_colours() -> None:
    picture = draw_seven(paper="white", ink="black").convert("RGBA")
    mask = Image.new("L", (280, 280), 0)
    ImageDraw.Draw(mask).rounded_rectangle((0, 0, 279, 279), radius=60, fill=255)
    picture.putalpha(mask)
    assert_alike(image_of(picture), image_of(draw_seven()))


def test_a_thin_pen_gives_lines_as_wide_as_in_mnist() -> None:
    thin = image_of(draw_seven(left=30, top=30, size=220, pen=2))
    assert (thin > 128).sum() > 35
    assert thin.max() == 255


def test_a_picture_is_turned_as_its_exif_says() -> None:
    upright = draw_seven(paper="white", ink="black")
    exif = Image.Exif()
    exif[0x0112] = 6  # turn by 90° clockwise to see it upright
    lying = upright.transpose(Image.Transpose.ROTATE_90)
    assert_alike(image_of(lying, "JPEG", exif=exif, quality=95), image_of(upright))


def test_specks_are_not_ink() -> None:
    picture = draw_seven()
    canvas = ImageDraw.Draw(picture)
    for x, y in [(5, 5), (270, 8), (8, 270), (272, 268)]:
        canvas.ellipse((x - 2, y - 2, x + 2, y + 2), fill="white")
    assert_alike(image_of(picture), image_of(draw_seven()))


def test_a_frame_around_the_picture_is_not_ink() -> None:
    picture = draw_seven(paper="white", ink="black")
    ImageDraw.Draw(picture).rectangle((0, 0, 279, 279), outline="black", width=4)
    assert_alike(image_of(picture), image_of(draw_seven()))


def test_a_noisy_shaded_photograph_gives_the_image_of_the_drawing() -> None:
    random = np.random.default_rng(0)
    drawn = np.asarray(draw_seven(paper="white", ink="black").convert("L").filter(ImageFilter.GaussianBlur(1)), float)
    shade = np.linspace(0.45, 1.0, 280)[None, :] * np.linspace(1.0, 0.7, 280)[:, None]
    photograph = ((drawn * 0.6 + 90) * shade + random.normal(0, 3, (280, 280))).clip(0, 255).astype(np.uint8)
    assert_alike(image_of(Image.fromarray(photograph), "JPEG", quality=80), image_of(draw_seven()), tolerance=30)


@pytest.mark.parametrize(("file_format", "mode"), [("PNG", "1"), ("PNG", "P"), ("PNG", "LA"), ("PNG", "I;16"),
                                                   ("WEBP", "RGB"), ("JPEG", "CMYK"), ("JPEG", "L")])  # fmt: skip
def test_every_file_format_and_colour_mode_is_read(file_format: str, mode: str) -> None:
    picture = draw_seven()
    if mode == "I;16":
        converted = Image.fromarray(np.asarray(picture.convert("L"), np.uint16) * 257)
    else:
        converted = picture.convert(mode)
    assert_alike(image_of(converted, file_format), image_of(picture), tolerance=25)


@pytest.mark.parametrize("colour", ["black", "white", "#7f7f7f"])
def test_a_picture_of_one_colour_is_blank(colour: str) -> None:
    with pytest.raises(BlankDrawingError):
        image_of(Image.new("RGB", (280, 280), colour))


def test_an_empty_transparent_canvas_is_blank() -> None:
    with pytest.raises(BlankDrawingError):
        image_of(Image.new("RGBA", (280, 280), (0, 0, 0, 0)))


def test_noise_alone_is_blank() -> None:
    noise = np.random.default_rng(0).normal(200, 4, (280, 280)).clip(0, 255).astype(np.uint8)
    with pytest.raises(BlankDrawingError):
        image_of(Image.fromarray(noise))


def test_a_single_pixel_picture_is_blank() -> None:
    with pytest.raises(BlankDrawingError):
        image_of(Image.new("L", (1, 1), 255))


@pytest.mark.parametrize("data", [b"", b"no picture", b"GIF89a" + bytes(20), b"\x89PNG\r\n\x1a\n" + bytes(40)])
def test_a_file_that_is_not_a_picture_is_unreadable(data: bytes) -> None:
    with pytest.raises(UnreadableImageError):
        preprocess(data)


@pytest.mark.parametrize("file_format", ["PNG", "JPEG", "WEBP"])
def test_a_truncated_picture_is_unreadable_at_any_length(file_format: str) -> None:
    whole = encode(draw_seven(), file_format)
    for length in range(0, len(whole) - 20, max(1, len(whole) // 25)):
        with pytest.raises(UnreadableImageError):
            preprocess(whole[:length])


def test_a_decompression_bomb_is_found_by_its_header() -> None:
    header = bytearray(encode(Image.new("1", (8, 8))))
    header[16:24] = (60_000).to_bytes(4, "big") * 2
    header[29:33] = zlib.crc32(bytes(header[12:29])).to_bytes(4, "big")
    with pytest.raises(DrawingTooLargeError):
        preprocess(bytes(header))


def test_yellow_on_white_keeps_its_contrast() -> None:
    grey = decode_drawing(encode(draw_seven(paper="white", ink="yellow")))
    assert np.ptp(grey.fill()) > 200


@pytest.mark.parametrize(("paper", "ink"), [("white", "black"), ("black", "white")])
def test_a_tight_crop_of_a_thick_pen_has_the_right_polarity(paper: str, ink: str) -> None:
    picture = draw_seven(pen=40, paper=paper, ink=ink)
    ink_box = draw_seven(pen=40).getbbox()
    assert_alike(image_of(picture.crop(ink_box)), image_of(picture), tolerance=15)


def test_a_tight_transparent_crop_is_read() -> None:
    alpha = draw_seven(pen=40).convert("L")
    picture = Image.new("RGBA", alpha.size, (0, 0, 0, 0))
    picture.putalpha(alpha)
    assert_alike(image_of(picture.crop(alpha.getbbox())), image_of(draw_seven(pen=40)), tolerance=15)


def test_faint_opacity_is_ink() -> None:
    picture = Image.new("RGBA", (280, 280), (0, 0, 0, 0))
    picture.putalpha(draw_seven().convert("L").point(lambda level: level * 100 // 255))
    assert_alike(image_of(picture), image_of(draw_seven()))


def test_a_sticker_with_transparent_surroundings_is_read_by_its_colours() -> None:
    picture = draw_seven(paper="white", ink="black").convert("RGBA")
    mask = Image.new("L", (280, 280), 0)
    ImageDraw.Draw(mask).ellipse((40, 50, 230, 240), fill=255)
    picture.putalpha(mask)
    assert_alike(image_of(picture), image_of(draw_seven()))


@pytest.mark.parametrize(("inset", "width"), [(0, 14), (20, 4)])
def test_a_thick_frame_or_a_box_is_not_ink(inset: int, width: int) -> None:
    picture = draw_seven(paper="white", ink="black")
    ImageDraw.Draw(picture).rectangle((inset, inset, 279 - inset, 279 - inset), outline="black", width=width)
    assert_alike(image_of(picture), image_of(draw_seven()))


def test_the_dark_edge_of_the_sheet_is_not_ink() -> None:
    picture = draw_seven(paper="white", ink="black")
    ImageDraw.Draw(picture).rectangle((0, 0, 24, 279), fill="#222")
    assert_alike(image_of(picture), image_of(draw_seven()))


def test_the_loose_bar_of_a_tightly_cropped_five_is_ink() -> None:
    picture = Image.new("L", (120, 200), 255)
    canvas = ImageDraw.Draw(picture)
    canvas.rectangle((0, 0, 119, 19), fill=0)
    canvas.line([(10, 40), (10, 100), (100, 110), (100, 180), (0, 190)], fill=0, width=18)
    image = image_of(picture.crop((0, 0, 120, 195)))
    topmost = image[image.max(axis=1) > 128][0]
    assert (topmost > 128).sum() >= 10


def test_a_picture_with_broken_exif_is_read() -> None:
    data = encode(draw_seven(), "JPEG", exif=b"Exif\0\0II*\0")
    assert_alike(preprocess(data), image_of(draw_seven(), "JPEG"))


def test_a_large_picture_is_reduced_to_the_same_image() -> None:
    large = draw_seven().resize((4800, 4800))
    assert_alike(image_of(large), image_of(draw_seven()), tolerance=15)


def test_a_picture_with_a_very_long_side_is_too_large() -> None:
    with pytest.raises(DrawingTooLargeError):
        image_of(Image.new("L", (20_000, 3)))
