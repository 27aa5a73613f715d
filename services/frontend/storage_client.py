"""What the page asks of storage. Every write is idempotent, so that it may be repeated."""

from uuid import UUID

from shared.clients.service import RefusedError, ServiceClient
from shared.contracts.storage import (
    HistoryFilters,
    Label,
    ModelVersions,
    PredictionCount,
    PredictionPage,
    PredictionToStore,
    Statistics,
)

EVERYTHING = HistoryFilters()


class StorageClient(ServiceClient):
    """The storage service."""

    def put_prediction(self, prediction_id: UUID, prediction: PredictionToStore) -> None:
        """Keeps a prediction with its drawing."""
        self._put(f"/v1/predictions/{prediction_id}", prediction.model_dump_json())

    def delete_prediction(self, prediction_id: UUID, *, unlabelled_only: bool = False) -> None:
        """Forgets a prediction; one that is not there is forgotten already, one with a label may be meant to stay."""
        self._delete(f"/v1/predictions/{prediction_id}{'?unlabelled_only=true' if unlabelled_only else ''}")

    def put_label(self, prediction_id: UUID, digit: int) -> None:
        """Says what the true digit is."""
        self._put(f"/v1/predictions/{prediction_id}/label", Label(digit=digit).model_dump_json())

    def delete_label(self, prediction_id: UUID) -> None:
        """Takes the label back."""
        self._delete(f"/v1/predictions/{prediction_id}/label")

    def list_predictions(
        self,
        limit: int,
        filters: HistoryFilters = EVERYTHING,
        *,
        cursor: str | None = None,
        newer_than: str | None = None,
    ) -> PredictionPage:
        """The newest predictions that fit, or the page after `cursor`, or before `newer_than`: a page's own cursors."""
        place = {name: value for name, value in (("cursor", cursor), ("newer_than", newer_than)) if value is not None}
        params = {**_write(filters), **place, "limit": limit}
        return self.ask(PredictionPage, "GET", "/v1/predictions", params=params)

    def count_predictions(self, filters: HistoryFilters, limit: int) -> PredictionCount:
        """How many fit, counted up to `limit`, at most 10,000."""
        return self.ask(PredictionCount, "GET", "/v1/prediction-count", params={**_write(filters), "limit": limit})

    def list_model_versions(self) -> ModelVersions:
        """Every model version in the history."""
        return self.ask(ModelVersions, "GET", "/v1/model-versions")

    def get_drawing(self, prediction_id: UUID) -> bytes:
        """The picture as it came."""
        return self.request("GET", f"/v1/predictions/{prediction_id}/drawing").content

    def get_statistics(self, model: str | None = None) -> Statistics:
        """Accuracy over everything labelled, or over what one model read."""
        return self.ask(Statistics, "GET", "/v1/statistics", params={} if model is None else {"model": model})

    def _put(self, path: str, body: str) -> None:
        self.request("PUT", path, content=body, headers={"Content-Type": "application/json"})

    def _delete(self, path: str) -> None:
        try:
            self.request("DELETE", path)
        except RefusedError as error:
            if error.problem.code != "not_found":
                raise


def _write(filters: HistoryFilters) -> dict[str, str | int | bool]:
    """As a query string has it."""
    written: dict[str, str | int | bool] = filters.model_dump(mode="json", exclude_none=True)
    return written
