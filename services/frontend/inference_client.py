"""What the page asks of inference."""

from services.frontend.service_client import ServiceClient
from shared.contracts.inference import ModelList, Prediction


class InferenceClient(ServiceClient):
    """The inference service."""

    def predict(self, png: bytes) -> Prediction:
        """ServiceUnavailableError; RefusedError where the drawing can't be read."""
        return self.ask(Prediction, "POST", "/v1/predict", content=png, headers={"Content-Type": "image/png"})

    def list_models(self) -> ModelList:
        """Every model version there is."""
        return self.ask(ModelList, "GET", "/v1/models")
