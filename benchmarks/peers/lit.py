"""LitServe with batching: one API server and one worker, its default on a CPU."""

import os
from typing import Any

import litserve

from benchmarks.peers.prediction import decode, make_answer, make_network, predict

MAX_BATCH, BATCH_TIMEOUT_S = 64, 0.002


class Digits(litserve.LitAPI):
    """The network behind LitServe's hooks."""

    def setup(self, device: str) -> None:
        """Runs once in the worker."""
        del device
        self.network = make_network()

    def decode_request(self, request: dict[str, str]) -> Any:
        """One request body → the input of the network."""
        return decode(request["image"])

    def predict(self, inputs: Any) -> Any:
        """A list of inputs → a list of outputs."""
        return predict(self.network, inputs)

    def batch(self, inputs: Any) -> Any:
        """The inputs as they are, because `predict` stacks them."""
        return inputs

    def unbatch(self, outputs: Any) -> Any:
        """The outputs as they are: one for each request."""
        return outputs

    def encode_response(self, output: Any) -> Any:
        """One output → the response body."""
        return make_answer(output)


if __name__ == "__main__":
    api = Digits(max_batch_size=MAX_BATCH, batch_timeout=BATCH_TIMEOUT_S, api_path="/v1/predict")
    server = litserve.LitServer(api, accelerator="cpu", workers_per_device=1)
    server.run(
        host="127.0.0.1", port=int(os.environ["PORT"]), num_api_servers=1, generate_client_file=False, log_level="error"
    )
