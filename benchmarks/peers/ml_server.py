"""MLServer with adaptive batching and a custom runtime in the server's process."""

import json

from mlserver import MLModel
from mlserver.codecs import StringCodec
from mlserver.types import InferenceRequest, InferenceResponse

from benchmarks.peers.prediction import decode, make_answer, make_network, predict


class Digits(MLModel):
    """Drawings as strings in, answers as JSON strings out."""

    async def load(self) -> bool:
        """Runs once at the start."""
        self.network = make_network()
        return True

    async def predict(self, payload: InferenceRequest) -> InferenceResponse:
        """Answers a batch that MLServer has collected."""
        drawings = StringCodec.decode_input(payload.inputs[0])
        answers = [json.dumps(make_answer(each)) for each in predict(self.network, [decode(each) for each in drawings])]
        return InferenceResponse(model_name=self.name, outputs=[StringCodec.encode_output("answers", answers)])
