"""What the page asks of storage. Every write is idempotent, so that it may be repeated."""

from uuid import UUID

from shared.clients.service import RefusedError, ServiceClient
from shared.contracts.storage import Label, PredictionPage, PredictionToStore, Statistics


class StorageClient(ServiceClient):
    """The storage service."""

    def put_prediction(self, prediction_id: UUID, prediction: PredictionToStore) -> None:
        """Keeps a prediction with its drawing."""
        self._put(f"/v1/predictions/{prediction_id}", prediction.model_dump_json())

    def delete_prediction(self, prediction_id: UUID) -> None:
        """Forgets a prediction; one that is not there is forgotten already."""
        self._delete(f"/v1/predictions/{prediction_id}")

    def put_label(self, prediction_id: UUID, digit: int) -> None:
        """Says what the true digit is."""
        self._put(f"/v1/predictions/{prediction_id}/label", Label(digit=digit).model_dump_json())

    def delete_label(self, prediction_id: UUID) -> None:
        """Takes the label back."""
        self._delete(f"/v1/predictions/{prediction_id}/label")

    def list_predictions(self, limit: int) -> PredictionPage:
        """The newest predictions."""
        return self.ask(PredictionPage, "GET", "/v1/predictions", params={"limit": limit})

    def get_drawing(self, prediction_id: UUID) -> bytes:
        """The picture as it came."""
        return self.request("GET", f"/v1/predictions/{prediction_id}/drawing").content

    def get_statistics(self) -> Statistics:
        """Accuracy over everything labelled."""
        return self.ask(Statistics, "GET", "/v1/statistics")

    def _put(self, path: str, body: str) -> None:
        self.request("PUT", path, content=body, headers={"Content-Type": "application/json"})

    def _delete(self, path: str) -> None:
        try:
            self.request("DELETE", path)
        except RefusedError as error:
            if error.problem.code != "not_found":
                raise
