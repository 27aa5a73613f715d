"""MLServer's types and codecs over HTTP, and its command `mlserver infer`, which reads a file of requests."""

import json
import subprocess
import sys
from base64 import b64encode
from importlib.metadata import version
from pathlib import Path

import httpx
import numpy as np
from mlserver.codecs import NumpyCodec, StringCodec
from mlserver.types import InferenceRequest, InferenceResponse, MetadataModelResponse, MetadataServerResponse

url, picture = sys.argv[1], Path(sys.argv[2]).read_bytes()
print("mlserver", version("mlserver"))
MetadataServerResponse.model_validate_json(httpx.get(f"{url}/v2").content)
metadata = MetadataModelResponse.model_validate_json(httpx.get(f"{url}/v2/models/cnn").content)
assert metadata.versions


def infer(request: InferenceRequest) -> InferenceResponse:
    answer = httpx.post(f"{url}/v2/models/cnn/infer", content=request.model_dump_json(), timeout=60)
    assert answer.status_code == 200, answer.text
    return InferenceResponse.model_validate_json(answer.content)


image = np.zeros((1, 28, 28), np.uint8)
image[0, 5:23, 13:16] = 255  # a one
of_image = InferenceRequest(id="mine", inputs=[NumpyCodec.encode_input("images", image)])
answer = infer(of_image)
assert answer.id == "mine"
assert NumpyCodec.decode_output(answer.outputs[0]).tolist() == [1]
encoded = StringCodec.encode_input("pictures", [b64encode(picture).decode()], use_bytes=False)
read = infer(InferenceRequest(inputs=[encoded]))
digit = NumpyCodec.decode_output(next(output for output in read.outputs if output.name == "digit"))

Path("requests.txt").write_text(f"{of_image.model_dump_json()}\n" * 10)
command = [Path(sys.executable).with_name("mlserver"), "infer", "-u", url.removeprefix("http://"), "-m", "cnn"]
subprocess.run([*command, "-i", "requests.txt", "-o", "answers.txt", "-w", "3"], check=True)
lines = [json.loads(line) for line in Path("answers.txt").read_text().splitlines()]
assert len(lines) == 10
assert all(line["outputs"][0]["data"] == [1] for line in lines), lines[0]
print("read:", digit[0])
