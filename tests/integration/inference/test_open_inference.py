"""The Open Inference Protocol, version 2: health, metadata, and infer with JSON and with binary tensors."""

import base64
import json
import struct
from typing import Any

import httpx
import numpy as np
import pytest

from services.inference.http.batch_body import IMAGES_PER_CHUNK, MAX_IMAGES
from services.inference.settings import Settings
from shared.contracts.examples import SEVEN_PIXELS, SEVEN_PNG
from shared.contracts.open_inference import HEADER_LENGTH, InferAnswer
from tests.integration.inference.conftest import MODELS, serve

CNN = "/v2/models/cnn/infer"
SEVEN = np.array(SEVEN_PIXELS, np.uint8)
MODELS_THAT_READ_DIGITS = ["best", "cnn", "lenet5", "mlp", "vit"]


def tensor(data: object, datatype: str = "UINT8", shape: tuple[int, ...] = (1, 28, 28), **more: Any) -> dict[str, Any]:
    return {"inputs": [{"name": "images", "datatype": datatype, "shape": shape, "data": data}], **more}


def read(response: httpx.Response) -> dict[str, np.ndarray]:
    """The outputs by name, from either form."""
    assert response.status_code == 200, response.text
    length = response.headers.get(HEADER_LENGTH)
    head = json.loads(response.content[: int(length)] if length else response.content)
    InferAnswer.model_validate(head)
    outputs, place = {}, int(length or 0)
    for output in head["outputs"]:
        dtype = {"INT64": "<i8", "FP32": "<f4"}[output["datatype"]]
        if "data" in output:
            values = np.array(output["data"], dtype)
        else:
            end = place + output["parameters"]["binary_data_size"]
            values, place = np.frombuffer(response.content[place:end], dtype), end
        outputs[output["name"]] = values.reshape(output["shape"])
    assert place in (0, len(response.content))
    return outputs


def binary(head: dict[str, Any], tail: bytes) -> dict[str, Any]:
    """A request whose tensor follows the JSON."""
    del head["inputs"][0]["data"]
    head["inputs"][0]["parameters"] = {"binary_data_size": len(tail)}
    content = json.dumps(head).encode()
    return {"content": content + tail, "headers": {HEADER_LENGTH: str(len(content))}}


@pytest.mark.parametrize("model", MODELS_THAT_READ_DIGITS)
async def test_every_model_answers_as_it_does_in_v1(client: httpx.AsyncClient, model: str) -> None:
    expected = (await client.post("/v1/predict", params={"model": model}, json={"pixels": SEVEN_PIXELS})).json()
    response = await client.post(f"/v2/models/{model}/infer", json=tensor([SEVEN_PIXELS], id="a"))
    outputs, answer = read(response), response.json()
    assert (answer["id"], answer["model_name"], answer["model_version"]) == ("a", model, expected["model"]["version"])
    assert outputs["digit"].tolist() == [expected["digit"]] == [7]
    for name in ("confidence", "digit_score", "probabilities"):
        assert outputs[name][0] == pytest.approx(expected[name], abs=1e-6)
    version = expected["model"]["version"]
    by_version = await client.post(f"/v2/models/{model}/versions/{version}/infer", json=tensor([SEVEN_PIXELS]))
    assert read(by_version)["probabilities"] == pytest.approx(outputs["probabilities"])
    assert "id" not in by_version.json()
    named = tensor([SEVEN_PIXELS], model_name=model, model_version="1")  # KServe's client repeats the name
    assert read(await client.post(f"/v2/models/{model}/infer", json=named))["digit"].tolist() == [7]


async def test_health_and_metadata(client: httpx.AsyncClient) -> None:
    assert (await client.get("/v2/health/live")).json() == {"live": True}
    assert (await client.get("/v2/health/ready")).json() == {"ready": True}
    assert (await client.get("/v2")).json() == {
        "name": "slate",
        "version": "1",
        "extensions": ["binary_tensor_data"],
    }
    model = (await client.get("/v2/models/cnn")).json()
    assert model["inputs"][0]["shape"] == [-1, 28, 28]
    version = model["versions"][-1]
    assert (await client.get(f"/v2/models/cnn/versions/{version}")).json() == {**model, "versions": [version]}
    ready = await client.get(f"/v2/models/cnn/versions/{version}/ready")
    assert ready.json() == {"name": "cnn", "version": version, "ready": True}
    assert (await client.get("/v2/models/cnn/ready")).json()["ready"] is True


async def test_all_forms_of_the_same_images_have_the_same_answer(client: httpx.AsyncClient) -> None:
    images = np.stack([SEVEN, SEVEN.T])
    flat, shares = images.ravel().tolist(), (images / 255).astype(np.float32)
    forms = [
        {"json": tensor(images.tolist(), shape=(2, 28, 28))},
        {"json": tensor(flat, shape=(2, 1, 28, 28))},
        {"json": tensor(shares.tolist(), "FP32", (2, 28, 28))},
        binary(tensor(None, shape=(2, 28, 28)), images.tobytes()),
        binary(tensor(None, "FP32", (2, 1, 28, 28)), shares.tobytes()),
    ]
    answers = [read(await client.post(CNN, **form))["probabilities"] for form in forms]
    for answer in answers:
        assert answer == pytest.approx(answers[0], abs=1e-6)


async def test_pictures_are_read_as_base64_and_as_bytes(client: httpx.AsyncClient) -> None:
    file = base64.b64decode(SEVEN_PNG)
    tail = 3 * (struct.pack("<I", len(file)) + file)
    expected = (await client.post("/v1/predict", json={"image": SEVEN_PNG})).json()
    for form in (
        {"json": tensor([SEVEN_PNG] * 3, "BYTES", (3,))},
        {"json": tensor([[SEVEN_PNG]] * 3, "BYTES", (3, 1))},
        binary(tensor(None, "BYTES", (3,)), tail),
        {"json": tensor([f"data:image/png;base64,{SEVEN_PNG}"], "BYTES", (1,))},
    ):
        outputs = read(await client.post(CNN, **form))
        assert set(outputs["digit"].tolist()) == {7}
        assert outputs["probabilities"][-1] == pytest.approx(expected["probabilities"], abs=1e-4)


async def test_only_the_wanted_outputs_come_in_the_wanted_form(client: httpx.AsyncClient) -> None:
    outputs = [{"name": "digit_score"}, {"name": "digit", "parameters": {"binary_data": True}}]
    response = await client.post(CNN, json=tensor([SEVEN_PIXELS], outputs=outputs))
    assert list(read(response)) == ["digit_score", "digit"]
    all_binary = await client.post(CNN, json=tensor([SEVEN_PIXELS], parameters={"binary_data_output": True}))
    assert len(all_binary.content) == int(all_binary.headers[HEADER_LENGTH]) + 8 + 4 + 40 + 4
    assert read(all_binary)["digit"].tolist() == [7]
    assert HEADER_LENGTH not in (await client.post(CNN, json=tensor([SEVEN_PIXELS], outputs=[]))).headers


async def test_an_output_that_is_named_twice_comes_once(client: httpx.AsyncClient) -> None:
    body = tensor([SEVEN_PIXELS], outputs=[{"name": "digit"}] * 4)
    answer = (await client.post("/v2/models/cnn/infer", json=body)).json()
    assert [output["name"] for output in answer["outputs"]] == ["digit"]


async def test_images_of_several_chunks_keep_their_order(client: httpx.AsyncClient) -> None:
    count = IMAGES_PER_CHUNK + 3
    images = np.repeat(SEVEN[None], count, axis=0)
    images[1::2] = SEVEN.T
    outputs = read(await client.post(CNN, **binary(tensor(None, shape=(count, 28, 28)), images.tobytes())))
    rows = outputs["probabilities"]
    assert rows.shape == (count, 10)
    assert rows[2::2] == pytest.approx(np.repeat(rows[:1], count // 2, axis=0), abs=1e-3)
    assert np.abs(rows[1] - rows[0]).max() > 0.01


async def test_fp32_is_rounded_to_the_nearest_of_256_values(client: httpx.AsyncClient) -> None:
    nearly = np.clip(SEVEN / 255 + 0.4 / 255 * np.where(SEVEN > 0, -1, 1), 0, 1)
    exact = read(await client.post(CNN, json=tensor([SEVEN_PIXELS])))
    assert read(await client.post(CNN, json=tensor([nearly.tolist()], "FP32")))["probabilities"] == pytest.approx(
        exact["probabilities"], abs=1e-6
    )


WRONG: list[Any] = [
    tensor([SEVEN_PIXELS], shape=(28, 28)),
    tensor([SEVEN_PIXELS], shape=(2, 28, 28)),
    tensor([SEVEN_PIXELS], shape=(0, 28, 28)),
    tensor([[row[:27] for row in SEVEN_PIXELS]]),
    tensor([[*SEVEN_PIXELS[:27], 5]]),
    tensor([256] + [0] * 783),
    tensor([-1] + [0] * 783),
    tensor([0.5] + [0] * 783),
    tensor([True] + [0] * 783),
    tensor([None] + [0] * 783),
    tensor([10**400] + [0] * 783),
    tensor([1.01] + [0] * 783, "FP32"),
    tensor(["1"] * 784, "FP32"),
    tensor([SEVEN_PIXELS], "FP64"),
    tensor([5], "BYTES", (1,)),
    tensor([SEVEN_PNG], "BYTES", (2,)),
    tensor(["no base64!"], "BYTES", (1,)),
    tensor(None),
    tensor([SEVEN_PIXELS], outputs=[{"name": "digits"}]),
    tensor([SEVEN_PIXELS], outputs=[{"name": "digit", "parameters": {"classification": 3}}]),
    tensor([SEVEN_PIXELS], outputs=[{"name": "digit", "parameters": {"binary_data": 1}}]),
    tensor([SEVEN_PIXELS], parameters={"binary_data_output": "yes"}),
    tensor([SEVEN_PIXELS], more=1),
    {"inputs": tensor([SEVEN_PIXELS])["inputs"] * 2},
    {"inputs": []},
    {},
    [],
]


@pytest.mark.parametrize("body", WRONG, ids=range(len(WRONG)))
async def test_a_request_of_another_form_is_a_problem_with_an_error(client: httpx.AsyncClient, body: object) -> None:
    response = await client.post(CNN, content=json.dumps(body), headers={"Content-Type": "application/json"})
    problem = response.json()
    assert (response.status_code, problem["code"]) == (422, "invalid_request")
    assert problem["error"] == problem["detail"]


@pytest.mark.parametrize("length", ["", "-1", "5", "99999", "9" * 30, "²"])
async def test_a_wrong_length_of_the_json_is_a_problem(client: httpx.AsyncClient, length: str) -> None:
    form = binary(tensor(None), SEVEN.tobytes())
    response = await client.post(CNN, content=form["content"], headers=[(HEADER_LENGTH, length.encode())])
    assert (response.status_code, response.json()["code"]) == (422, "invalid_request")


@pytest.mark.parametrize("size", [783, 785, 0, -1, "784", True, None])
async def test_a_wrong_number_of_bytes_is_a_problem(client: httpx.AsyncClient, size: object) -> None:
    head = tensor(None)
    head["inputs"][0]["parameters"] = {"binary_data_size": size}
    content = json.dumps(head).encode()
    response = await client.post(CNN, content=content + SEVEN.tobytes(), headers={HEADER_LENGTH: str(len(content))})
    assert (response.status_code, response.json()["code"]) == (422, "invalid_request")


@pytest.mark.parametrize("tail", [b"\1", b"\5\0\0\0abcd", b"\xff\xff\xff\xffabcd"])
async def test_broken_lengths_of_pictures_are_a_problem(client: httpx.AsyncClient, tail: bytes) -> None:
    response = await client.post(CNN, **binary(tensor(None, "BYTES", (1,)), tail))
    assert (response.status_code, response.json()["code"]) == (422, "invalid_request")


async def test_a_drawing_that_cannot_be_read_fails_the_request_and_is_named(client: httpx.AsyncClient) -> None:
    nothing = base64.b64encode(b"no picture").decode()
    one = (await client.post(CNN, json=tensor([nothing], "BYTES", (1,)))).json()
    assert (one["status"], one["code"]) == (422, "unreadable_image")
    several = (await client.post(CNN, json=tensor([SEVEN_PNG, nothing], "BYTES", (2,)))).json()
    assert several["code"] == "unreadable_image"
    assert several["error"].startswith("Drawing 1 (from 0): ")
    blank = (await client.post(CNN, json=tensor([0] * 784))).json()
    assert (blank["status"], blank["code"]) == (422, "blank_drawing")


async def test_too_many_images_are_too_large(client: httpx.AsyncClient) -> None:
    form = binary(tensor(None, shape=(MAX_IMAGES + 1, 28, 28)), b"")
    response = await client.post(CNN, **form)
    assert (response.status_code, response.json()["code"]) == (413, "too_large")


@pytest.mark.parametrize("name", ["nobody", "reader", "openai", "cnn/versions/1"])
async def test_an_unknown_model_is_a_problem_everywhere(client: httpx.AsyncClient, name: str) -> None:
    for response in (
        await client.get(f"/v2/models/{name}"),
        await client.get(f"/v2/models/{name}/ready"),
        await client.post(f"/v2/models/{name}/infer", json=tensor([SEVEN_PIXELS])),
    ):
        assert (response.status_code, response.json()["code"]) == (404, "unknown_model")
        assert response.json()["error"]


async def test_the_routes_need_a_key_except_health(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INFERENCE_API_KEYS", f"page:{'0' * 64}")
    async for client in serve(Settings(models_dir=MODELS)):
        assert (await client.get("/v2/health/live")).status_code == 200
        assert (await client.get("/v2/health/ready")).status_code == 200
        for response in (
            await client.get("/v2"),
            await client.get("/v2/models/cnn"),
            await client.get("/v2/models/cnn/ready"),
            await client.post(CNN, json=tensor([SEVEN_PIXELS])),
        ):
            assert (response.status_code, response.json()["code"]) == (401, "unauthorised")
            assert response.json()["error"]
