"""KServe's InferenceRESTClient: binary tensors and JSON, for a picture and an image."""

import asyncio
import sys
from importlib.metadata import version
from pathlib import Path

import httpx
import numpy as np
from kserve import InferenceRESTClient, InferInput, InferRequest
from kserve.inference_client import RESTConfig

url, picture = sys.argv[1], Path(sys.argv[2]).read_bytes()
print("kserve", version("kserve"))
image = np.zeros((1, 28, 28), np.float32)
image[0, 5:23, 13:16] = 1  # a one


async def main() -> None:
    client = InferenceRESTClient(RESTConfig(protocol="v2"))
    assert await client.is_server_live(url)
    assert await client.is_server_ready(url)
    assert await client.is_model_ready(url, "cnn")
    assert not await client.is_model_ready(url, "nobody")

    async def infer(values: np.ndarray, datatype: str, *, binary: bool) -> dict[str, np.ndarray]:
        tensor = InferInput("images", list(values.shape), datatype)
        tensor.set_data_from_numpy(values, binary_data=binary)
        request = InferRequest("cnn", [tensor], parameters={"binary_data_output": binary})
        answer = await client.infer(url, request, model_name="cnn")
        return {output.name: output.as_numpy() for output in answer.outputs}

    for binary in (True, False):
        answer = await infer(image, "FP32", binary=binary)
        assert answer["digit"].tolist() == [1]
        assert answer["probabilities"].shape == (1, 10)
    read = await infer(np.array([picture], np.object_), "BYTES", binary=True)
    try:
        await infer(image[:, :27], "FP32", binary=True)
    except httpx.HTTPStatusError as error:
        assert error.response.status_code == 422
        assert error.response.json()["error"]
    else:
        raise AssertionError("it was not refused")
    await client.close()
    print("read:", read["digit"][0])


asyncio.run(main())
