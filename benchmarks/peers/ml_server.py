"""MLServer with adaptive batching: a runtime of its own, in the server's process."""

import json

from mlserver import MLModel
from mlserver.codecs import StringCodec
from mlserver.types import InferenceRequest, InferenceResponse

from benchmarks.peers.recipe import answer, decode, make_network, predict


class Digits(MLModel):
    """Drawings as strings in, answers as JSON strings out."""

    async def load(self) -> bool:
        """At the start."""
        self.network = make_network()
        return True

    async def predict(self, payload: InferenceRequest) -> InferenceResponse:
        """A batch that MLServer has put together."""
        drawings = StringCodec.decode_input(payload.inputs[0])
        answers = [json.dumps(answer(each)) for each in predict(self.network, [decode(each) for each in drawings])]
        return InferenceResponse(model_name=self.name, outputs=[StringCodec.encode_output("answers", answers)])
