"""What the page asks of inference."""

from services.frontend.service_client import ServiceClient
from shared.contracts.inference import ModelList, Prediction


class InferenceClient(ServiceClient):
    """The inference service."""

    def predict(self, png: bytes) -> Prediction:
        """ServiceUnavailableError; RefusedError where the drawing can't be read."""
        answer = self.request("POST", "/v1/predict", content=png, headers={"Content-Type": "image/png"})
        return Prediction.model_validate_json(answer.content)

    def list_models(self) -> ModelList:
        """Every model version there is."""
        return ModelList.model_validate_json(self.request("GET", "/v1/models").content)
