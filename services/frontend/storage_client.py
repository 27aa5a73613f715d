"""The requests of the frontend to storage. Every write is idempotent, so it may be repeated.

The methods take and return the messages of shared.contracts. Each request carries the token of one caller. `acting_as`
gives the client of another caller, which uses the same connections.
"""

import copy
from collections.abc import Callable, Sequence
from typing import Any, Self
from uuid import UUID

import httpx

from shared.clients.patience import Patience
from shared.clients.service import RefusedError, ServiceClient
from shared.contracts.access import (
    AuditPage,
    CuratorToken,
    Deleted,
    LabelHistory,
    Me,
    SignIn,
    VisitorRequest,
    VisitorToken,
)
from shared.contracts.message import Message
from shared.contracts.promotion import PromotionAnswer, PromotionRequest
from shared.contracts.shadow import ShadowAnswerToStore, ShadowComparison
from shared.contracts.storage import (
    Accuracy,
    HistoryFilters,
    Label,
    ModelVersions,
    Order,
    PredictionCount,
    PredictionPage,
    PredictionToStore,
    Statistics,
    TrueDigit,
)
from shared.contracts.suggestions import LabelSuggestions

EVERYTHING = HistoryFilters()
JSON = {"Content-Type": "application/json"}
FindToken = Callable[[], str]  # may ask storage for the token: ServiceUnavailableError, RefusedError


class StorageClient(ServiceClient):
    """A client of the storage service. Its methods raise ServiceUnavailableError and RefusedError."""

    def __init__(
        self,
        base_url: str,
        *,
        token: str,
        patience: Patience,
        find_request_id: Callable[[], str | None] = lambda: None,
    ) -> None:
        super().__init__(base_url, api_key=token, patience=patience, find_request_id=find_request_id)
        self._find_token: FindToken | None = None

    def acting_as(self, find_token: FindToken) -> Self:
        """The client of another caller. It shares the connections, so only the first client is closed."""
        other = copy.copy(self)
        other._find_token = find_token
        return other

    def request(self, method: str, path: str, **options: Any) -> httpx.Response:  # httpx's own options
        """Send a request with the token of the caller."""
        if self._find_token is not None:
            headers = {**options.get("headers", {}), "Authorization": f"Bearer {self._find_token()}"}
            options = {**options, "headers": headers}
        return super().request(method, path, **options)

    def put_prediction(self, prediction_id: UUID, prediction: PredictionToStore) -> None:
        """Stores a prediction with its drawing."""
        self._put(f"/v1/predictions/{prediction_id}", prediction)

    def delete_prediction(self, prediction_id: UUID, *, unlabelled_only: bool = False) -> None:
        """Deletes a prediction, if it exists. With `unlabelled_only` a labelled prediction stays."""
        self._delete(f"/v1/predictions/{prediction_id}{'?unlabelled_only=true' if unlabelled_only else ''}")

    def put_label(self, prediction_id: UUID, digit: TrueDigit, instead_of: TrueDigit | None = None) -> None:
        """Stores what a person says that the drawing is, or takes `instead_of` back; then `digit` was before it."""
        self._put(f"/v1/predictions/{prediction_id}/label", Label(digit=digit, instead_of=instead_of))

    def delete_label(self, prediction_id: UUID) -> None:
        """Deletes the label, if it exists."""
        self._delete(f"/v1/predictions/{prediction_id}/label")

    def put_shadow_answer(self, prediction_id: UUID, answer: ShadowAnswerToStore) -> None:
        """Stores what a version in shadow would have answered."""
        self._put(f"/v1/predictions/{prediction_id}/shadow-answer", answer)

    def compare_shadow(self, reference: str) -> ShadowComparison:
        """The version `name/version` in shadow beside the versions that answered."""
        return self.ask(ShadowComparison, "GET", "/v1/shadow", params={"model": reference})

    def list_predictions(
        self,
        limit: int,
        filters: HistoryFilters = EVERYTHING,
        *,
        cursor: str | None = None,
        newer_than: str | None = None,
        order: Order = "newest",
    ) -> PredictionPage:
        """The first matching predictions, or those next to a cursor from an earlier page of the same order."""
        place = {name: value for name, value in (("cursor", cursor), ("newer_than", newer_than)) if value is not None}
        if order != "newest":
            place["order"] = order
        params = {**_to_params(filters), **place, "limit": limit}
        return self.ask(PredictionPage, "GET", "/v1/predictions", params=params)

    def count_predictions(self, filters: HistoryFilters, limit: int) -> PredictionCount:
        """The number of matching predictions, counted up to `limit`, which is at most 10,000."""
        return self.ask(PredictionCount, "GET", "/v1/prediction-count", params={**_to_params(filters), "limit": limit})

    def suggest_labels(self, skip: Sequence[UUID]) -> LabelSuggestions:
        """The drawings whose label would help a model most, up to ten. `skip` leaves some out, at most MAX_SKIPPED."""
        params = {"skip": [str(prediction_id) for prediction_id in skip]}
        return self.ask(LabelSuggestions, "GET", "/v1/label-suggestions", params=params)

    def list_model_versions(self) -> ModelVersions:
        """Every model version that stored predictions name."""
        return self.ask(ModelVersions, "GET", "/v1/model-versions")

    def get_drawing(self, prediction_id: UUID) -> bytes:
        """The picture file as it was received."""
        return self.request("GET", f"/v1/predictions/{prediction_id}/drawing").content

    def get_statistics(self, filters: HistoryFilters = EVERYTHING) -> Statistics:
        """Statistics of the matching predictions."""
        return self.ask(Statistics, "GET", "/v1/statistics", params=_to_params(filters))

    def get_totals(self, filters: HistoryFilters = EVERYTHING) -> Accuracy:
        """How many of the matching predictions are labelled and right."""
        return self.ask(Accuracy, "GET", "/v1/totals", params=_to_params(filters))

    def get_label_history(self, prediction_id: UUID) -> LabelHistory:
        """Who said when what the drawing is."""
        return self.ask(LabelHistory, "GET", f"/v1/predictions/{prediction_id}/label-history")

    def list_audit(self, limit: int) -> AuditPage:
        """The newest entries of the audit."""
        return self.ask(AuditPage, "GET", "/v1/audit", params={"limit": limit})

    def get_me(self) -> Me:
        """What the caller may do."""
        return self.ask(Me, "GET", "/v1/me")

    def issue_visitor_token(self, token: str | None = None) -> VisitorToken:
        """A token for a new visitor, or a new one for the visitor of an earlier token."""
        body = VisitorRequest(token=token).model_dump_json(exclude_none=True)
        return self.ask(VisitorToken, "POST", "/v1/visitors", content=body, headers=JSON)

    def sign_in(self, sign_in: SignIn) -> CuratorToken:
        """A curator's token in return for a password or an ID token."""
        body = sign_in.model_dump_json(exclude_none=True)
        return self.ask(CuratorToken, "POST", "/v1/sign-ins", content=body, headers=JSON)

    def request_promotion(self, request: PromotionRequest) -> PromotionAnswer:
        """A ticket for a change of the version that answers. Sent twice, it is in the audit twice."""
        return self.ask(
            PromotionAnswer, "POST", "/v1/promotions", content=request.model_dump_json(exclude_none=True), headers=JSON
        )

    def delete_mine(self) -> Deleted:
        """Deletes everything that the caller has stored, with drawings and labels."""
        return self.ask(Deleted, "DELETE", "/v1/mine")

    def _put(self, path: str, message: Message) -> None:
        """Sends only what differs from its default: an older storage refuses a field that it does not know."""
        self.request("PUT", path, content=message.model_dump_json(exclude_defaults=True), headers=JSON)

    def _delete(self, path: str) -> None:
        try:
            self.request("DELETE", path)
        except RefusedError as error:
            if error.problem.code != "not_found":
                raise


def _to_params(filters: HistoryFilters) -> dict[str, str | int | bool]:
    """The filters as query parameters."""
    params: dict[str, str | int | bool] = filters.model_dump(mode="json", exclude_none=True)
    return params
