"""The JSON schema of a request says what storage checks."""

import base64
import re

import pytest
from pydantic import ValidationError

from shared.contracts.message import ModelVersion
from shared.contracts.storage import Label, ModelToStore, PredictionToStore
from shared.contracts.strict import PICTURE_PATTERN
from shared.web.media_type import detect_media_type
from shared.web.problems import ProblemError

MAGIC = [b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"RIFF\x00\x7f\xff\x80WEBP", b"RIFF\xff\xff\x00\x00WEBP"]
OTHERS = [b"", b"\x89PNG\r\n\x1a", b"\xff\xd8\xfe", b"RIFF\x00\x7f\xff\x80WAVE", b"GIF89a", b"\x89PNG\r\n\x1a\x0b"]


@pytest.mark.parametrize("magic", MAGIC, ids=repr)
def test_every_picture_that_storage_takes_fits_the_pattern(magic: bytes) -> None:
    for length in range(7):
        picture = magic + b"\xf1" * length
        assert detect_media_type(picture)
        assert re.search(PICTURE_PATTERN, base64.b64encode(picture).decode())


@pytest.mark.parametrize("other", OTHERS, ids=repr)
def test_no_other_file_fits_the_pattern(other: bytes) -> None:
    assert not re.search(PICTURE_PATTERN, base64.b64encode(other).decode())
    with pytest.raises(ProblemError):
        detect_media_type(other)


def test_the_schema_has_the_limits_of_numbers() -> None:
    properties = PredictionToStore.model_json_schema()["properties"]
    assert (properties["digit"]["minimum"], properties["digit"]["maximum"]) == (0, 9)
    assert (properties["confidence"]["minimum"], properties["confidence"]["maximum"]) == (0, 1)


def test_a_whole_number_with_a_fraction_of_zero_is_an_integer_as_in_json_schema() -> None:
    assert Label.model_validate({"digit": 3.0}).digit == 3
    with pytest.raises(ValidationError):
        Label.model_validate({"digit": 3.5})


def test_a_model_version_can_be_stored_unless_it_has_control_characters() -> None:
    assert ModelToStore.model_validate(ModelVersion(name="cnn", version="1")).name == "cnn"
    with pytest.raises(ValidationError):
        ModelToStore.model_validate(ModelVersion(name="c\0n", version="1"))
