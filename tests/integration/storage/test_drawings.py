"""GET of a drawing returns the bytes as they were sent."""

import base64

import pytest


async def _store_drawing(client, make, drawing: bytes) -> str:
    path = f"/v1/predictions/{make.id()}"
    answer = await client.put(path, json=make.body(drawing=base64.b64encode(drawing).decode()))
    assert answer.status_code == 201
    return f"{path}/drawing"


@pytest.mark.parametrize(
    ("magic", "media_type"),
    [
        (b"\x89PNG\r\n\x1a\n", "image/png"),
        (b"\xff\xd8\xff\xe0", "image/jpeg"),
        (b"RIFF\x24\x00\x00\x00WEBPVP8 ", "image/webp"),
    ],
)
async def test_a_drawing_is_returned_byte_for_byte_with_its_own_type(client, make, magic, media_type):
    drawing = magic + bytes(range(256)) * 200
    answer = await client.get(await _store_drawing(client, make, drawing))
    assert answer.content == drawing
    assert answer.headers["content-type"] == media_type


async def test_a_drawing_may_be_cached_for_ever_and_its_type_is_not_guessed(client, make):
    headers = (await client.get(await _store_drawing(client, make, make.drawing()))).headers
    assert headers["cache-control"] == "private, max-age=31536000, immutable"
    assert headers["x-content-type-options"] == "nosniff"


async def test_a_drawing_that_the_caller_has_is_not_sent_again(client, make):
    path = await _store_drawing(client, make, make.drawing())
    etag = (await client.get(path)).headers["etag"]
    answer = await client.get(path, headers={"If-None-Match": etag})
    assert (answer.status_code, answer.content) == (304, b"")


async def test_the_drawing_of_an_unknown_id_is_not_found(client, make):
    answer = await client.get(f"/v1/predictions/{make.id()}/drawing")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


@pytest.mark.parametrize("drawing", [b"", b"GIF89a", b"<svg/>", b"RIFF\x24\x00\x00\x00WAVE", b"\x89PNG"])
async def test_a_file_of_another_type_is_unreadable(client, make, drawing):
    body = make.body(drawing=base64.b64encode(drawing).decode())
    answer = await client.put(f"/v1/predictions/{make.id()}", json=body)
    assert (answer.status_code, answer.json()["code"]) == (422, "unreadable_image")
