"""The bodies of the fairness benchmark hold as many parts as they say, and fit into the limit of a body."""

import json

import pytest

from benchmarks.fairness import bodies


def test_an_image_has_784_bytes() -> None:
    assert len(bodies.make_images(3)) == 3 * 784


def test_pixels_are_lists_of_28_rows() -> None:
    images = json.loads(bodies.make_pixels_json(2))["images"]
    assert [(len(image), len(image[0])) for image in images] == [(28, 28)] * 2


def test_a_batch_of_files_repeats_one_file() -> None:
    images = json.loads(bodies.make_base64_json(3))["images"]
    assert len(images) == 3
    assert images[0].startswith("iVBOR")  # a PNG as base64


def test_a_form_has_one_part_for_each_file() -> None:
    form = bodies.make_form(3)
    assert form.count(b"Content-Disposition") == 3
    assert form.endswith(f"--{bodies.BOUNDARY}--\r\n".encode())


@pytest.mark.parametrize("make", [bodies.make_brackets, bodies.make_keys])
def test_json_of_a_given_length_is_valid_and_almost_as_long(make: object) -> None:
    assert callable(make)
    body = make(length=10_000)
    json.loads(body)
    assert 9_000 < len(body) <= 10_000


def test_the_largest_bodies_fit_into_the_limit() -> None:
    for body in (bodies.make_pixels_json(), bodies.make_brackets(), bodies.make_keys()):
        assert 0.9 * bodies.BODY_BYTES < len(body) <= bodies.BODY_BYTES
