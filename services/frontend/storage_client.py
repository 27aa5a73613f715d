"""The requests of the frontend to storage. Every write is idempotent, so it may be repeated.

The methods take and return the messages of shared.contracts.storage. A write may carry the bearer token of the person
it is made for, in place of the client's own.
"""

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
    """A client of the storage service. Its methods raise ServiceUnavailableError and RefusedError."""

    def put_prediction(self, prediction_id: UUID, prediction: PredictionToStore, *, token: str | None = None) -> None:
        """Stores a prediction with its drawing."""
        self._put(f"/v1/predictions/{prediction_id}", prediction.model_dump_json(), token)

    def delete_prediction(
        self, prediction_id: UUID, *, unlabelled_only: bool = False, token: str | None = None
    ) -> None:
        """Deletes a prediction, if it exists. With `unlabelled_only` a labelled prediction stays."""
        self._delete(f"/v1/predictions/{prediction_id}{'?unlabelled_only=true' if unlabelled_only else ''}", token)

    def put_label(self, prediction_id: UUID, digit: int, *, token: str | None = None) -> None:
        """Stores the true digit."""
        self._put(f"/v1/predictions/{prediction_id}/label", Label(digit=digit).model_dump_json(), token)

    def delete_label(self, prediction_id: UUID, *, token: str | None = None) -> None:
        """Deletes the label, if it exists."""
        self._delete(f"/v1/predictions/{prediction_id}/label", token)

    def list_predictions(
        self,
        limit: int,
        filters: HistoryFilters = EVERYTHING,
        *,
        cursor: str | None = None,
        newer_than: str | None = None,
    ) -> PredictionPage:
        """The newest matching predictions, or those next to a cursor from an earlier page."""
        place = {name: value for name, value in (("cursor", cursor), ("newer_than", newer_than)) if value is not None}
        params = {**_to_params(filters), **place, "limit": limit}
        return self.ask(PredictionPage, "GET", "/v1/predictions", params=params)

    def count_predictions(self, filters: HistoryFilters, limit: int) -> PredictionCount:
        """The number of matching predictions, counted up to `limit`, which is at most 10,000."""
        return self.ask(PredictionCount, "GET", "/v1/prediction-count", params={**_to_params(filters), "limit": limit})

    def list_model_versions(self) -> ModelVersions:
        """Every model version that stored predictions name."""
        return self.ask(ModelVersions, "GET", "/v1/model-versions")

    def get_drawing(self, prediction_id: UUID) -> bytes:
        """The picture file as it was received."""
        return self.request("GET", f"/v1/predictions/{prediction_id}/drawing").content

    def get_statistics(self, model: str | None = None) -> Statistics:
        """Statistics of all predictions, or of those of one model."""
        return self.ask(Statistics, "GET", "/v1/statistics", params={} if model is None else {"model": model})

    def _put(self, path: str, body: str, token: str | None) -> None:
        self.request("PUT", path, content=body, headers={"Content-Type": "application/json", **_authorize(token)})

    def _delete(self, path: str, token: str | None) -> None:
        try:
            self.request("DELETE", path, headers=_authorize(token))
        except RefusedError as error:
            if error.problem.code != "not_found":
                raise


def _authorize(token: str | None) -> dict[str, str]:
    return {} if token is None else {"Authorization": f"Bearer {token}"}


def _to_params(filters: HistoryFilters) -> dict[str, str | int | bool]:
    """The filters as query parameters."""
    params: dict[str, str | int | bool] = filters.model_dump(mode="json", exclude_none=True)
    return params
