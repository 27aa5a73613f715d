"""What digit is it? Asked of the inference service: a picture or many, pixels, and which models there are.

Every question raises ServiceUnavailableError where it may be asked again later, RefusedError where it would be refused
again: its `problem.code` says whether for the drawing, the model or the key.
"""

from collections.abc import Sequence

from shared.clients.service import M, ServiceClient
from shared.contracts.inference import (
    BatchPredictions,
    Explanation,
    ImagePixels,
    ModelDetails,
    ModelList,
    PageReading,
    Prediction,
)


class InferenceClient(ServiceClient):
    """The inference service. `model` is «name» or «name/version»; the service's default where it is None."""

    def predict(self, picture: bytes, media_type: str = "image/png", model: str | None = None) -> Prediction:
        """A PNG, JPEG or WebP file → its digit."""
        return self._post(Prediction, "/v1/predict", picture, media_type, model)

    def read(self, picture: bytes, media_type: str = "image/png", model: str | None = None) -> PageReading:
        """A PNG, JPEG or WebP file → every digit on it, in reading order."""
        return self._post(PageReading, "/v1/read", picture, media_type, model)

    def predict_pixels(self, rows: Sequence[Sequence[int]], model: str | None = None) -> Prediction:
        """28 rows of 28 values, white ink (255) on black (0), not preprocessed → its digit. ValueError for others."""
        return self._post(Prediction, "/v1/predict", _to_json(rows), "application/json", model)

    def predict_batch(self, images: Sequence[bytes] | bytes, model: str | None = None) -> BatchPredictions:
        """Picture files, or N×784 bytes of pixels in one → an entry each, in their order. ValueError for none."""
        path = "/v1/predict/batch"
        if not images:
            raise ValueError("A batch holds at least one image.")
        if isinstance(images, bytes):
            return self._post(BatchPredictions, path, images, "application/octet-stream", model)
        files = [("files", picture) for picture in images]
        return self.ask(BatchPredictions, "POST", path, files=files, params=_choose(model))

    def explain(self, picture: bytes, media_type: str = "image/png", model: str | None = None) -> Explanation:
        """As `predict`, with what spoke for the digit and what against it."""
        return self._post(Explanation, "/v1/explain", picture, media_type, model)

    def explain_pixels(self, rows: Sequence[Sequence[int]], model: str | None = None) -> Explanation:
        """As `predict_pixels`, with what spoke for the digit and what against it."""
        return self._post(Explanation, "/v1/explain", _to_json(rows), "application/json", model)

    def list_models(self) -> ModelList:
        """Every model version there is."""
        return self.ask(ModelList, "GET", "/v1/models")

    def get_model(self, name: str, version: str) -> ModelDetails:
        """All that is known of one model version."""
        return self.ask(ModelDetails, "GET", f"/v1/models/{name}/{version}")

    def _post(self, answer: type[M], path: str, body: bytes, media_type: str, model: str | None) -> M:
        headers = {"Content-Type": media_type}
        return self.ask(answer, "POST", path, content=body, headers=headers, params=_choose(model))


def _to_json(rows: Sequence[Sequence[int]]) -> bytes:
    return ImagePixels.model_validate({"pixels": rows}).model_dump_json().encode()


def _choose(model: str | None) -> dict[str, str]:
    return {} if model is None else {"model": model}
