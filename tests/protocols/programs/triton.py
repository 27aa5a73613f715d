"""NVIDIA's tritonclient: binary tensors, which are its default, JSON, pictures, selected outputs, and an error."""

import asyncio
import sys
from importlib.metadata import version
from pathlib import Path

import numpy as np
import tritonclient.http as triton
import tritonclient.http.aio as triton_aio
from tritonclient.utils import InferenceServerException

url, picture = sys.argv[1].removeprefix("http://"), Path(sys.argv[2]).read_bytes()
print("tritonclient", version("tritonclient"))
client = triton.InferenceServerClient(url)
assert client.is_server_live()
assert client.is_server_ready()
assert client.is_model_ready("cnn")
assert not client.is_model_ready("nobody")
assert client.get_server_metadata()["extensions"] == ["binary_tensor_data"]
metadata = client.get_model_metadata("cnn")
newest = metadata["versions"][-1]
assert client.get_model_metadata("cnn", newest)["versions"] == [newest]


def infer(values: np.ndarray, datatype: str, *, binary: bool = True, **options: object) -> triton.InferResult:
    tensor = triton.InferInput(metadata["inputs"][0]["name"], values.shape, datatype)
    tensor.set_data_from_numpy(values, binary_data=binary)
    return client.infer("cnn", [tensor], **options)


files = np.array([picture, picture], np.object_)
read = infer(files, "BYTES")
assert read.as_numpy("digit").tolist() == [7, 7]
assert read.as_numpy("probabilities").shape == (2, 10)
image = np.zeros((1, 28, 28), np.uint8)
image[0, 5:23, 13:16] = 255  # a one
for binary in (True, False):
    for values, datatype in ((image, "UINT8"), ((image / 255).astype(np.float32), "FP32")):
        answer = infer(values, datatype, binary=binary, request_id="mine", model_version=newest)
        assert answer.get_response()["id"] == "mine"
        assert answer.as_numpy("digit").tolist() == [1]
wanted = [triton.InferRequestedOutput("digit", binary_data=False), triton.InferRequestedOutput("confidence")]
some = infer(image, "UINT8", outputs=wanted)
assert some.as_numpy("digit").tolist() == [1]
assert some.as_numpy("confidence").dtype == np.float32
assert some.as_numpy("probabilities") is None
assert infer(np.repeat(image, 500, axis=0), "UINT8").as_numpy("digit").tolist() == [1] * 500
for wrong in (lambda: infer(image[:, :27], "UINT8"), lambda: infer(np.zeros_like(image), "UINT8")):
    try:
        wrong()
    except InferenceServerException as error:
        assert error.status() == "422"
        assert "shape" in error.message() or "blank" in error.message()
    else:
        raise AssertionError("it was not refused")


async def read_at_once() -> list[int]:
    async with triton_aio.InferenceServerClient(url) as client:
        tensor = triton_aio.InferInput("images", [1], "BYTES")
        tensor.set_data_from_numpy(files[:1])
        answers = await asyncio.gather(*(client.infer("cnn", [tensor]) for _ in range(20)))
        return [int(answer.as_numpy("digit")[0]) for answer in answers]


assert asyncio.run(read_at_once()) == [7] * 20
print("read:", read.as_numpy("digit")[0])
