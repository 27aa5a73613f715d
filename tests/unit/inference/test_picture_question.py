"""A picture for another provider's model has a media type that such providers take."""

import io

import pytest
from PIL import Image, ImageDraw

from services.inference.http.drawing_body import PictureBody
from services.inference.prediction import Measured
from services.inference.questions import PictureQuestion


def write(file_format: str, **options: object) -> bytes:
    picture = Image.new("RGB", (60, 60), "white")
    ImageDraw.Draw(picture).line([(30, 10), (30, 50)], fill="black", width=5)
    file = io.BytesIO()
    picture.save(file, file_format, **options)
    return file.getvalue()


SECOND = {"save_all": True, "append_images": [Image.new("RGB", (60, 60), "red")]}


@pytest.mark.parametrize(
    ("picture", "media_type"),
    [
        (write("PNG"), "image/png"),
        (write("PNG", **SECOND), "image/png"),  # animated
        (write("JPEG"), "image/jpeg"),
        (write("MPO", **SECOND), "image/jpeg"),  # two photographs in one file, as phones write it
        (write("WEBP"), "image/webp"),
    ],
)
def test_the_media_type_is_that_of_the_file(picture: bytes, media_type: str) -> None:
    prepared = PictureQuestion(PictureBody(picture)).answer(None, Measured())
    assert (prepared.content, prepared.media_type) == (picture, media_type)
