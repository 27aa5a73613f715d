"""POST /v1/predict: four forms of the same drawing, and the problems of all other requests."""

import asyncio
import base64
import gzip
import io
import json
import textwrap
import zlib
from pathlib import Path

import httpx
import numpy as np
import pytest
from PIL import Image

from services.inference.bounds import Bounds
from services.inference.settings import Settings
from shared.contracts.examples import SEVEN_PIXELS
from shared.contracts.inference import Prediction
from tests.integration.inference.conftest import MODELS, encode, serve, seven

PNG = {"Content-Type": "image/png"}


def assert_problem(response: httpx.Response, status: int, code: str) -> None:
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    problem = response.json()
    assert problem["code"] == code
    assert problem["status"] == status
    assert len(problem["detail"]) > 20


async def predict(client: httpx.AsyncClient, data: bytes, media_type: str = "image/png") -> Prediction:
    response = await client.post("/v1/predict", content=data, headers={"Content-Type": media_type})
    assert response.status_code == 200, response.text
    return Prediction.model_validate_json(response.content)


async def test_an_answer_has_ten_probabilities_and_the_image(client: httpx.AsyncClient) -> None:
    prediction = await predict(client, encode(seven()))
    assert prediction.digit == 7
    assert sum(prediction.probabilities) == pytest.approx(1, abs=1e-9)
    assert prediction.confidence == max(prediction.probabilities) == prediction.probabilities[7]
    assert prediction.id.version == 7
    seen = Image.open(io.BytesIO(base64.b64decode(prediction.image)))
    assert (seen.size, seen.mode) == ((28, 28), "L")


async def test_an_answer_has_the_digit_score_threshold_of_the_version_that_gave_it(client: httpx.AsyncClient) -> None:
    prediction = await predict(client, encode(seven()))
    described = (await client.get(f"/v1/models/{prediction.model}")).json()
    assert prediction.digit_score_threshold == described["digit_score_threshold"]


@pytest.mark.parametrize(("media_type", "file_format"), [("png", "PNG"), ("jpeg", "JPEG"), ("webp", "WEBP")])
async def test_a_picture_body_is_read(client: httpx.AsyncClient, media_type: str, file_format: str) -> None:
    assert (await predict(client, encode(seven(), file_format), f"image/{media_type}")).digit == 7


@pytest.mark.parametrize(
    "media_type",
    [
        "image/jpg",
        "IMAGE/JPEG",
        "image/pjpeg",
        "image/x-png",
        "image/png; charset=utf-8",
        "application/octet-stream",
        "binary/octet-stream",
        "",
    ],
)
async def test_a_picture_is_read_by_its_bytes_whatever_type_the_sender_gives(
    client: httpx.AsyncClient, media_type: str
) -> None:
    for file_format in ("PNG", "JPEG", "WEBP"):
        assert (await predict(client, encode(seven(), file_format), media_type)).digit == 7


async def test_a_picture_without_a_content_type_is_read(client: httpx.AsyncClient) -> None:
    request = client.build_request("POST", "/v1/predict", content=encode(seven()))
    assert "content-type" not in request.headers
    assert (await client.send(request)).json()["digit"] == 7


@pytest.mark.parametrize("encoding", ["gzip", "br", "GZIP, identity"])
async def test_a_compressed_body_is_a_problem(client: httpx.AsyncClient, encoding: str) -> None:
    headers = PNG | {"Content-Encoding": encoding}
    for path in ("/v1/predict", "/v1/explain", "/v1/inside", "/v1/read", "/v1/predict/batch"):
        response = await client.post(path, content=gzip.compress(encode(seven())), headers=headers)
        assert_problem(response, 415, "unsupported_media_type")
        assert "Content-Encoding" in response.json()["detail"]
        assert response.headers["accept-encoding"] == "identity"


def write_base64(data: bytes) -> dict[str, str]:
    """The same bytes as different programs write them."""
    one_line = base64.b64encode(data).decode()
    return {
        "one_line": one_line,
        "unpadded": one_line.rstrip("="),
        "url_safe": base64.urlsafe_b64encode(data).decode(),
        "mime": base64.encodebytes(data).decode(),
        "windows_lines": base64.encodebytes(data).decode().replace("\n", "\r\n"),
        "indented": textwrap.indent(base64.encodebytes(data).decode(), "    "),
        "data_url": f"data:image/png;base64,{one_line}",
        "data_url_with_a_parameter": f"DATA:image/png;name=seven.png;base64,{one_line}",
        "data_url_of_lines": f"data:;base64,\n{base64.encodebytes(data).decode()}",
    }


async def test_every_usual_form_of_base64_is_read(client: httpx.AsyncClient) -> None:
    data = encode(seven())
    assert {b"+", b"/", b"="} <= {bytes([byte]) for byte in base64.b64encode(data)}
    forms = write_base64(data)
    for path in ("/v1/predict", "/v1/explain", "/v1/inside", "/v1/read"):
        answers = {name: await client.post(path, json={"image": text}) for name, text in forms.items()}
        assert {name: answer.status_code for name, answer in answers.items()} == dict.fromkeys(forms, 200)
    batch = await client.post("/v1/predict/batch", json={"images": list(forms.values())})
    assert [entry.get("digit") for entry in batch.json()["predictions"]] == [7] * len(forms)


@pytest.mark.parametrize(
    "text",
    ["not base64!", "aGk===", "aG=k", "A", "data:image/png,aGk=", "data:image/png;base64", "aG kx", "\xe9\xe9\xe9\xe9"],
)
async def test_garbage_in_place_of_base64_is_a_problem(client: httpx.AsyncClient, text: str) -> None:
    response = await client.post("/v1/predict", json={"image": text})
    assert_problem(response, 422, "invalid_request")
    assert response.json()["detail"].startswith("body.image: Not valid base64")


@pytest.mark.parametrize("value", [None, 5, [137, 80, 78, 71], {"base64": ""}])
async def test_a_picture_that_is_not_a_text_is_a_problem(client: httpx.AsyncClient, value: object) -> None:
    response = await client.post("/v1/predict", json={"image": value})
    assert_problem(response, 422, "invalid_request")
    assert response.json()["detail"] == "body.image: Send base64 as a text"


async def test_json_may_begin_with_a_byte_order_mark(client: httpx.AsyncClient) -> None:
    body = json.dumps({"pixels": SEVEN_PIXELS}).encode("utf-8-sig")
    response = await client.post("/v1/predict", content=body, headers={"Content-Type": "application/json"})
    assert response.json()["digit"] == 7


async def test_multipart_base64_and_body_give_the_same_answer(client: httpx.AsyncClient) -> None:
    data = encode(seven())
    body = await predict(client, data)
    multipart = await client.post("/v1/predict", files={"file": ("seven.png", data, "image/png")})
    as_json = await client.post("/v1/predict", json={"image": base64.b64encode(data).decode()})
    assert multipart.json()["probabilities"] == as_json.json()["probabilities"] == body.probabilities


async def test_pixels_are_not_preprocessed(client: httpx.AsyncClient) -> None:
    body = await predict(client, encode(seven()))
    pixels = np.asarray(Image.open(io.BytesIO(base64.b64decode(body.image)))).tolist()
    response = await client.post("/v1/predict", json={"pixels": pixels})
    assert response.json()["image"] == body.image
    assert response.json()["probabilities"] == body.probabilities


async def test_pixels_may_be_written_with_a_fraction_of_zero(client: httpx.AsyncClient) -> None:
    whole = (await client.post("/v1/predict", json={"pixels": SEVEN_PIXELS})).json()
    rows = [[float(value) for value in row] for row in SEVEN_PIXELS]
    for path, body in (("/v1/predict", {"pixels": rows}), ("/v1/predict/batch", {"images": [rows]})):
        answer = (await client.post(path, json=body)).json()
        assert answer.get("predictions", [answer])[0]["image"] == whole["image"]


async def test_each_prediction_has_its_own_id(client: httpx.AsyncClient) -> None:
    first, second = await asyncio.gather(predict(client, encode(seven())), predict(client, encode(seven())))
    assert first.id != second.id


async def test_a_model_can_be_asked_for_by_name_and_version(client: httpx.AsyncClient) -> None:
    version = (MODELS / "cnn" / "current").read_text().strip()
    for reference in ("cnn", f"cnn/{version}"):
        response = await client.post(f"/v1/predict?model={reference}", content=encode(seven()), headers=PNG)
        assert response.json()["model"] == {"name": "cnn", "version": version}


@pytest.mark.parametrize(
    "reference",
    [
        "nothing",
        "cnn/1",
        "../cnn",
        "cnn/../../etc",
        "cnn/",
        "/1",
        "cnn/" + "1" * 70,
        "c" * 70 + "/1",
        "cnn%00",
        "%2e%2e",
    ],
)
async def test_an_unknown_model_is_a_problem(client: httpx.AsyncClient, reference: str) -> None:
    response = await client.post(f"/v1/predict?model={reference}", content=encode(seven()), headers=PNG)
    if reference == "cnn/":
        assert response.status_code == 200  # without a version, the current one answers
    else:
        assert_problem(response, 404, "unknown_model")


async def test_a_blank_drawing_is_a_problem(client: httpx.AsyncClient) -> None:
    blank = encode(Image.new("RGBA", (280, 280), (255, 255, 255, 0)))
    assert_problem(await client.post("/v1/predict", content=blank, headers=PNG), 422, "blank_drawing")


async def test_blank_pixels_are_a_problem(client: httpx.AsyncClient) -> None:
    assert_problem(await client.post("/v1/predict", json={"pixels": [[0] * 28] * 28}), 422, "blank_drawing")


@pytest.mark.parametrize("data", [b"", b"no picture", encode(seven())[:300], b"\xff\xd8\xff" + bytes(99)])
async def test_a_broken_picture_is_a_problem(client: httpx.AsyncClient, data: bytes) -> None:
    assert_problem(await client.post("/v1/predict", content=data, headers=PNG), 422, "unreadable_image")


async def test_an_empty_body_is_named_as_such(client: httpx.AsyncClient) -> None:
    for headers in (PNG, {}):
        response = await client.post("/v1/predict", headers=headers)
        assert_problem(response, 422, "unreadable_image")
        assert "empty" in response.json()["detail"]


async def test_a_decompression_bomb_is_found_by_its_header(client: httpx.AsyncClient) -> None:
    header = bytearray(encode(Image.new("1", (8, 8))))
    header[16:24] = (60_000).to_bytes(4, "big") * 2
    header[29:33] = zlib.crc32(bytes(header[12:29])).to_bytes(4, "big")
    assert_problem(await client.post("/v1/predict", content=bytes(header), headers=PNG), 413, "too_large")


async def test_a_body_over_the_limit_is_refused(client: httpx.AsyncClient) -> None:
    response = await client.post("/v1/predict", content=bytes(17 * 1024 * 1024), headers=PNG)
    assert_problem(response, 413, "too_large")


async def test_a_body_of_undeclared_length_over_the_limit_is_refused(client: httpx.AsyncClient) -> None:
    async def endless():
        for _ in range(17 * 16):
            yield bytes(65536)

    for media_type in ("image/png", "application/json"):
        response = await client.post("/v1/predict", content=endless(), headers={"Content-Type": media_type})
        assert_problem(response, 413, "too_large")


@pytest.mark.parametrize("media_type", ["text/plain", "image/gif", "application/x-www-form-urlencoded", "image"])
async def test_another_media_type_is_a_problem(client: httpx.AsyncClient, media_type: str) -> None:
    response = await client.post("/v1/predict", content=encode(seven()), headers={"Content-Type": media_type})
    assert_problem(response, 415, "unsupported_media_type")
    assert "image/png" in response.json()["detail"]


@pytest.mark.parametrize(
    "body",
    [
        "",
        "{",
        "[]",
        "null",
        '{"image": 5}',
        '{"image": "not base64!"}',
        '{"picture": "aGk="}',
        '{"image": "aGk=", "more": 1}',
        '{"pixels": [[0]]}',
        json.dumps({"pixels": [[256] * 28] * 28}),
        json.dumps({"pixels": [[0.5] * 28] * 28}),
        json.dumps({"pixels": [[True] * 28] * 28}),
        json.dumps({"pixels": [["7"] * 28] * 28}),
        json.dumps({f"field{number}": 0 for number in range(100_000)}),
        json.dumps({"pixels": [[0] * 28] * 27}),
        json.dumps({"pixels": [*[[0] * 28] * 27, [0] * 29]}),
        json.dumps({"pixels": [[1e300] * 28] * 28}),
        '{"pixels": ' + "[" * 50_000,
        '{"pixels": NaN}',
        '{"image": "\\ud800"}',
    ],
)
async def test_malformed_json_is_a_problem(client: httpx.AsyncClient, body: str) -> None:
    response = await client.post("/v1/predict", content=body, headers={"Content-Type": "application/json"})
    assert_problem(response, 422, "invalid_request")


async def test_json_that_is_not_utf8_is_a_problem(client: httpx.AsyncClient) -> None:
    response = await client.post(
        "/v1/predict", content=b'{"image": "\xff"}', headers={"Content-Type": "application/json"}
    )
    assert_problem(response, 422, "invalid_request")


async def test_multipart_without_the_file_is_a_problem(client: httpx.AsyncClient) -> None:
    response = await client.post("/v1/predict", files={"other": ("a.png", b"x", "image/png")})
    assert_problem(response, 422, "invalid_request")


@pytest.mark.parametrize(
    "media_type",
    [
        "multipart/form-data",
        "multipart/form-data; boundary=x",
        'multipart/form-data; boundary=zz; charset="undefined"',
    ],
)
async def test_broken_multipart_is_a_problem(client: httpx.AsyncClient, media_type: str) -> None:
    response = await client.post("/v1/predict", content=b"nonsense", headers={"Content-Type": media_type})
    assert_problem(response, 422, "invalid_request")


async def test_an_unknown_path_and_a_wrong_method_are_problems(client: httpx.AsyncClient) -> None:
    assert_problem(await client.get("/nothing"), 404, "not_found")
    assert_problem(await client.get("/v1/predict"), 405, "method_not_allowed")


async def test_a_body_that_does_not_arrive_in_time_is_a_problem() -> None:
    async def stalled():
        yield b"\x89PNG"
        await asyncio.sleep(60)

    async for client in serve(Settings(models_dir=MODELS), Bounds(body_timeout_s=0.05)):
        assert_problem(await client.post("/v1/predict", content=stalled(), headers=PNG), 408, "timeout")


async def test_a_form_may_have_other_fields_but_only_one_file(client: httpx.AsyncClient) -> None:
    file = ("seven.png", encode(seven()), "image/png")
    two = await client.post("/v1/predict", files=[("file", file), ("file", file)])
    assert_problem(two, 422, "invalid_request")
    one = await client.post("/v1/predict", files={"file": file}, data={"comment": "mine", "lang": "en"})
    assert one.json()["digit"] == 7


async def test_without_a_model_the_service_is_alive_but_not_ready(tmp_path: Path) -> None:
    async for client in serve(Settings(models_dir=tmp_path)):
        assert (await client.get("/healthz")).status_code == 200
        assert_problem(await client.get("/readyz"), 503, "not_ready")
        assert_problem(await client.post("/v1/predict", content=encode(seven()), headers=PNG), 503, "not_ready")


async def test_a_request_that_would_wait_too_long_is_refused_unless_few_images_wait() -> None:
    data = encode(seven())
    for few, expected in ((0, {200, 503}), (100, {200})):
        async for client in serve(Settings(models_dir=MODELS, max_wait_s=1e-9), Bounds(free_units=few)):
            await client.post("/v1/predict", content=data, headers=PNG)  # measures the time of one drawing
            answers = await asyncio.gather(*[client.post("/v1/predict", content=data, headers=PNG) for _ in range(8)])
            assert {answer.status_code for answer in answers} == expected
