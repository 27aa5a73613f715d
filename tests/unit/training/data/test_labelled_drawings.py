"""Tests of loading labelled drawings over real HTTP, from a server that answers like storage."""

import base64
import io
import json
import logging
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from uuid import UUID

import numpy as np
import pytest
from PIL import Image, ImageDraw

from tests.network import CLOSED_URL
from training.data import labelled_stream
from training.data.labelled_drawings import load_labelled_drawings
from training.data.labelled_images import NOT_A_DIGIT
from training.errors import DataUnavailableError

TOKEN = "a token for tests: ünïcode"


@dataclass
class Answer:
    """What the server answers. `missing` is the number of announced bytes that it does not send.

    With `hangs` it keeps the connection open, until the caller closes it.
    """

    lines: list[dict[str, object]] = field(default_factory=list)
    status: int = 200
    body: bytes | None = None
    missing: int = 0
    hangs: bool = False


@dataclass
class Storage:
    url: str
    answer: Answer


class Handler(BaseHTTPRequestHandler):
    server: "Server"

    def do_GET(self) -> None:
        answer = self.server.answer
        authorised = self.headers["Authorization"].encode("latin-1") == f"Bearer {TOKEN}".encode()
        status = (
            (answer.status if authorised else 401)
            if self.path == "/v1/labelled-drawings?newest=50000&in_turn=true"
            else 404
        )
        body = answer.body
        if body is None:
            body = b"".join(json.dumps(line).encode() + b"\n" for line in answer.lines)
        self.send_response(status)
        self.send_header("Content-Length", str(len(body) + answer.missing))
        self.end_headers()
        self.wfile.write(body)
        if answer.hangs:
            self.rfile.read(1)

    def log_message(self, *arguments: object) -> None: ...


class Server(ThreadingHTTPServer):
    answer = Answer()


@pytest.fixture
def storage() -> Iterator[Storage]:
    with Server(("127.0.0.1", 0), Handler) as server:
        server.answer = Answer()
        threading.Thread(target=server.serve_forever, args=(0.01,)).start()
        yield Storage(f"http://127.0.0.1:{server.server_port}/", server.answer)
        server.shutdown()


def png(number: int | None) -> bytes:
    """Return a picture with a stroke and a dot, whose place depends on the number; None: an empty picture."""
    picture = Image.new("L", (200, 150), 255)
    if number is not None:
        ImageDraw.Draw(picture).line([(60, 20), (60, 120)], fill=0, width=12)
        x, y = 75 + number % 10 * 4, 25 + number // 10 % 10 * 8
        ImageDraw.Draw(picture).rectangle((x, y, x + 14, y + 14), fill=0)
    buffer = io.BytesIO()
    picture.save(buffer, "PNG")
    return buffer.getvalue()


def line(
    number: int, drawing: bytes, label: int | str = 1, owner: str | None = None, suspected: bool = False
) -> dict[str, object]:
    return {
        "id": str(UUID(int=number, version=4)),
        "label": label,
        "labelled_at": "2026-11-21T12:00:00Z",
        "known_at": "2026-11-21T12:00:00Z",
        "owner": owner,
        "labelled_by": owner,
        "digit": 1,
        "rejected": False,
        "model": {"name": "cnn", "version": "1"},
        "suspected": suspected,
        "reviewed": False,
        "drawing": base64.b64encode(drawing).decode(),
    }


def test_every_drawing_is_in_one_split_and_becomes_an_image(storage):
    storage.answer.lines = [line(number, png(number), label=number % 10) for number in range(100)]
    splits = [load_labelled_drawings(split, storage.url, TOKEN) for split in ("train", "validation", "test")]
    assert sum(map(len, splits)) == 100
    assert len(splits[0]) > 60
    assert min(map(len, splits)) > 0
    assert splits[1].images.shape[1:] == (28, 28)
    assert splits[1].images.dtype == np.uint8
    assert splits[1].images.max(axis=(1, 2)).min() > 200  # every image has a stroke
    assert sorted(label for loaded in splits for label in loaded.labels.tolist()) == sorted([*range(10)] * 10)


def test_what_a_newer_storage_adds_is_ignored(storage):
    storage.answer.lines = [line(number, png(number)) | {"novelty": "new"} for number in range(20)]
    splits = [load_labelled_drawings(split, storage.url, TOKEN) for split in ("train", "validation", "test")]
    assert sum(map(len, splits)) == 20


def test_drawings_that_are_not_digits_are_only_trained_on(storage):
    storage.answer.lines = [line(number, png(number), label="not_a_digit") for number in range(100)]
    splits = [load_labelled_drawings(split, storage.url, TOKEN) for split in ("train", "validation", "test")]
    assert [len(split) for split in splits[1:]] == [0, 0]
    assert len(splits[0]) > 60
    assert set(splits[0].labels.tolist()) == {NOT_A_DIGIT}


def test_later_labels_move_no_drawing_to_another_split(storage):
    storage.answer.lines = [line(number, png(number), label=number % 10) for number in range(40)]
    before = load_labelled_drawings("train", storage.url, TOKEN)
    storage.answer.lines += [line(number, png(number)) for number in range(40, 60)]
    after = load_labelled_drawings("train", storage.url, TOKEN)
    assert after.labels[: len(before)].tolist() == before.labels.tolist()


def test_a_suspected_label_is_in_no_split(storage):
    storage.answer.lines = [line(number, png(number), suspected=number % 2 == 0) for number in range(40)]
    splits = [load_labelled_drawings(split, storage.url, TOKEN) for split in ("train", "validation", "test")]
    assert sum(map(len, splits)) == 20


def test_of_many_owners_each_is_in_one_split(storage):
    owners = [str(UUID(int=number % 25, version=4)) for number in range(100)]
    storage.answer.lines = [line(number, png(number), number % 25 % 9, owners[number]) for number in range(100)]
    splits = [load_labelled_drawings(split, storage.url, TOKEN) for split in ("train", "validation", "test")]
    assert sum(map(len, splits)) > 90  # some of the first owners' were perhaps trained on before
    assert min(map(len, splits)) > 0


def test_unreadable_drawings_are_left_out_counted_and_logged(storage, caplog):
    blank, broken = png(None), b"\x89PNG\r\n\x1a\n nothing behind the magic"
    storage.answer.lines = [line(1, png(1)), *(line(number, blank) for number in range(2, 20)), line(20, broken)]
    with caplog.at_level(logging.INFO):
        sizes = [len(load_labelled_drawings(split, storage.url, TOKEN)) for split in ("train", "validation", "test")]
    assert sorted(sizes) == [0, 0, 1]
    left_out = {record.getMessage() for record in caplog.records if record.levelno == logging.WARNING}
    assert len(left_out) == 19
    assert str(UUID(int=20, version=4)) in caplog.text
    assert TOKEN not in caplog.text


def test_without_labels_a_split_is_empty(storage):
    train = load_labelled_drawings("train", storage.url, TOKEN)
    assert train.images.shape == (0, 28, 28)
    assert train.labels.shape == (0,)


def test_a_wrong_token_is_reported_but_not_shown(storage):
    with pytest.raises(DataUnavailableError, match="refused the token: set STORAGE_TOKEN to the token") as refusal:
        load_labelled_drawings("train", storage.url, "a wrong one")
    assert "a wrong one" not in str(refusal.value)


def test_a_missing_token_is_reported(storage):
    with pytest.raises(DataUnavailableError, match=r"No token .* STORAGE_TOKEN"):
        load_labelled_drawings("train", storage.url, "")


def test_if_storage_is_not_ready_the_error_says_to_try_again(storage):
    storage.answer.status = 503
    with pytest.raises(DataUnavailableError, match="answered 503 Service Unavailable: try again"):
        load_labelled_drawings("train", storage.url, TOKEN)


def test_an_address_that_is_not_storage_is_reported(storage):
    storage.answer.body = b"<html>hello</html>"
    with pytest.raises(DataUnavailableError, match="did not answer with labelled drawings: give the URL of storage"):
        load_labelled_drawings("train", storage.url, TOKEN)


def test_a_stream_that_stops_early_is_an_error(storage):
    storage.answer.lines = [line(number, png(number)) for number in range(5)]
    storage.answer.missing = 1000
    with pytest.raises(DataUnavailableError, match="could not be read"):
        load_labelled_drawings("train", storage.url, TOKEN)


@pytest.mark.parametrize("garbage", [b"{\n", b"\n", b"\xff\xfe\n", b'{"id": 1}\n', b"null\n"])
def test_garbage_in_the_middle_of_the_stream_is_an_error(storage, garbage):
    first, second = (json.dumps(line(number, png(number))).encode() + b"\n" for number in (1, 2))
    storage.answer.body = first + garbage + second
    with pytest.raises(DataUnavailableError, match="did not answer with labelled drawings"):
        load_labelled_drawings("train", storage.url, TOKEN)


def test_a_line_without_an_end_is_not_read_to_its_end(storage, monkeypatch):
    monkeypatch.setattr(labelled_stream, "MOST_LINE_BYTES", 1000)
    storage.answer.body = b"x" * 2000
    storage.answer.missing = 10**12
    with pytest.raises(DataUnavailableError, match="did not answer with labelled drawings"):
        load_labelled_drawings("train", storage.url, TOKEN)


def test_a_storage_that_does_not_go_on_is_given_up(storage, monkeypatch):
    monkeypatch.setattr(labelled_stream, "TIMEOUT_S", 0.05)
    storage.answer.lines = [line(number, png(number)) for number in range(3)]
    storage.answer.missing, storage.answer.hangs = 1000, True
    with pytest.raises(DataUnavailableError, match=r"could not be read \(ReadTimeout\): start it"):
        load_labelled_drawings("train", storage.url, TOKEN)


@pytest.mark.parametrize(
    ("status", "says"),
    [
        (403, "may not read labels .* set STORAGE_TOKEN to that of a curator"),
        (404, "give the URL of storage"),
        (307, "give the URL of storage"),
        (500, "answered 500 .* try again"),
    ],
)
def test_a_refusal_says_what_to_do(storage, status, says):
    storage.answer.status = status
    with pytest.raises(DataUnavailableError, match=says):
        load_labelled_drawings("train", storage.url, TOKEN)


@pytest.mark.parametrize("url", [pytest.param(CLOSED_URL, id="closed"), "nowhere", "http://[", "ftp://127.0.0.1"])
def test_an_address_where_nothing_answers_says_what_to_do(url):
    with pytest.raises(DataUnavailableError, match="start it, or give another URL"):
        load_labelled_drawings("train", url, TOKEN)
