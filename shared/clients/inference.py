"""The Python client of the inference service: pictures or pixels in, typed predictions out.

Every method raises `ServiceUnavailableError` if the same request may succeed later, and `RefusedError` if it would be
refused again. `problem.code` of a `RefusedError` says whether the drawing, the model or the API key is the reason.
"""

from collections.abc import Sequence

from shared.clients.service import M, ServiceClient
from shared.contracts.drift import DriftReport
from shared.contracts.inference import (
    BatchPredictions,
    Explanation,
    ImagePixels,
    ModelDetails,
    ModelList,
    Prediction,
)
from shared.contracts.inside import Inside
from shared.contracts.page import PageReading, Rotation
from shared.contracts.problem import ProblemCode
from shared.contracts.promotion import InUse, ModelJournal, PromotionAction

# Codes of a refusal that is about the picture or drawing. Any other would be the same for every picture.
PICTURE_PROBLEMS: frozenset[ProblemCode] = frozenset(
    {"blank_drawing", "unreadable_image", "too_large", "invalid_request", "unsupported_media_type"}
)


class InferenceClient(ServiceClient):
    """Requests to inference. `model` is `name` or `name/version`; None chooses the default model of the service."""

    def predict(
        self, picture: bytes, media_type: str = "image/png", model: str | None = None, *, explain: bool = False
    ) -> Prediction:
        """Read the one digit of a PNG, JPEG or WebP file. `explain` asks for its saliency too."""
        return self._post(Prediction, "/v1/predict", picture, media_type, model, explain=explain)

    def read(
        self,
        picture: bytes,
        media_type: str = "image/png",
        model: str | None = None,
        rotation: Rotation | None = None,
    ) -> PageReading:
        """Read a page, a PNG, JPEG or WebP file: its digits in reading order, and their numbers, lines and tables.

        `rotation` is by how many degrees clockwise to turn it; without it, the service finds out.
        """
        params = _make_query(model) | ({} if rotation is None else {"rotation": str(rotation)})
        headers = {"Content-Type": media_type}
        return self.ask(PageReading, "POST", "/v1/read", content=picture, headers=headers, params=params)

    def predict_pixels(self, rows: Sequence[Sequence[int]], model: str | None = None) -> Prediction:
        """Read an image: 28 rows of 28 values, white ink (255) on black (0). ValueError for anything else."""
        return self._post(Prediction, "/v1/predict", _to_json(rows), "application/json", model)

    def predict_batch(self, images: Sequence[bytes] | bytes, model: str | None = None) -> BatchPredictions:
        """Read picture files, or N×784 bytes of pixels in one string → N entries, in order. ValueError if N is 0."""
        path = "/v1/predict/batch"
        if not images:
            raise ValueError("A batch needs at least one image.")
        if isinstance(images, bytes):
            return self._post(BatchPredictions, path, images, "application/octet-stream", model)
        files = [("files", picture) for picture in images]
        return self.ask(BatchPredictions, "POST", path, files=files, params=_make_query(model))

    def explain(self, picture: bytes, media_type: str = "image/png", model: str | None = None) -> Explanation:
        """Read a digit as `predict` does, and add a map of what speaks for and against it."""
        return self._post(Explanation, "/v1/explain", picture, media_type, model)

    def explain_pixels(self, rows: Sequence[Sequence[int]], model: str | None = None) -> Explanation:
        """Read an image as `predict_pixels` does, and add a map of what speaks for and against the digit."""
        return self._post(Explanation, "/v1/explain", _to_json(rows), "application/json", model)

    def look_inside(self, picture: bytes, media_type: str = "image/png", model: str | None = None) -> Inside:
        """Read a digit as `explain` does, and tell what each layer made of it and what would change the answer."""
        return self._post(Inside, "/v1/inside", picture, media_type, model)

    def look_inside_pixels(self, rows: Sequence[Sequence[int]], model: str | None = None) -> Inside:
        """Look at every layer for an image, see `predict_pixels`."""
        return self._post(Inside, "/v1/inside", _to_json(rows), "application/json", model)

    def list_models(self) -> ModelList:
        """List every model version that the service can use."""
        return self.ask(ModelList, "GET", "/v1/models")

    def get_model(self, name: str, version: str) -> ModelDetails:
        """Describe one model version in full."""
        return self.ask(ModelDetails, "GET", f"/v1/models/{name}/{version}")

    def get_drift(self, name: str) -> DriftReport:
        """Tell how recent drawings differ from the validation data. RefusedError `not_found` if no report exists."""
        return self.ask(DriftReport, "GET", f"/v1/models/{name}/drift")

    def get_journal(self, name: str) -> ModelJournal:
        """What happened to a model, newest first."""
        return self.ask(ModelJournal, "GET", f"/v1/models/{name}/journal")

    def use_ticket(self, action: PromotionAction, name: str, ticket: str) -> InUse:
        """Change which version or which model answers, with a ticket from storage. If it is sent twice, it counts once.

        The second answer is then a RefusedError with the code `conflict`.
        """
        path = "/v1/default-model" if action == "make_default" else f"/v1/models/{name}/current"
        return self.ask(InUse, "PUT", path, json={"ticket": ticket})

    def _post(
        self, answer: type[M], path: str, body: bytes, media_type: str, model: str | None, *, explain: bool = False
    ) -> M:
        headers, params = {"Content-Type": media_type}, _make_query(model) | ({"explain": "true"} if explain else {})
        return self.ask(answer, "POST", path, content=body, headers=headers, params=params)


def _to_json(rows: Sequence[Sequence[int]]) -> bytes:
    return ImagePixels.model_validate({"pixels": rows}).model_dump_json().encode()


def _make_query(model: str | None) -> dict[str, str]:
    return {} if model is None else {"model": model}
