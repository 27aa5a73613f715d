"""The callers of storage: the key of a person goes in, a client that acts with that person's token comes out.

caller_keys.py lists the keys. The token of a browser that has none yet is requested when it is needed for the first
time, so its drawings can wait in the outbox until then.
"""

import threading
from collections import OrderedDict
from functools import partial
from uuid import UUID

from services.frontend.caller_keys import BROWSER, OWN, find_known_token
from services.frontend.storage_client import StorageClient
from shared.clients.service import RefusedError, ServiceUnavailableError
from shared.contracts.access import CuratorToken, SignIn
from shared.contracts.shadow import ShadowAnswerToStore
from shared.contracts.storage import PredictionToStore, TrueDigit

MAX_BROWSERS = 10_000  # whose tokens are remembered; a browser has its token in a cookie after the next page load


class Callers:
    """One for the process. Threads may share it."""

    def __init__(self, own: StorageClient, max_browsers: int = MAX_BROWSERS) -> None:
        self._own = own
        self._max_browsers = max_browsers
        self._issued: OrderedDict[str, str] = OrderedDict()  # key of a browser → token
        self._lock = threading.Lock()

    def acting_as(self, key: str) -> StorageClient:
        """The client of the person with this key."""
        if key == OWN:
            return self._own
        return self._own.acting_as(partial(self.find_token, key))

    def find_token(self, key: str) -> str:
        """The person's bearer token. ServiceUnavailableError if storage has to be asked for it and gives none.

        A refusal is not the person's: it is the frontend's own token that storage does not take (yet).
        """
        if (token := find_known_token(key)) is not None:
            return token
        if not key.startswith(BROWSER):
            raise ValueError("this is no key of a person")
        with self._lock:
            known = self._issued.get(key)
        try:
            return known or self._remember(key, self._own.issue_visitor_token().token)
        except RefusedError as refused:
            raise ServiceUnavailableError(f"storage gives this page no token: {refused}") from refused

    def renew(self, token: str) -> str:
        """A new token of the same visitor; of a new one if the token is not valid any more."""
        return self._own.issue_visitor_token(token).token

    def sign_in(self, sign_in: SignIn) -> CuratorToken:
        """The token of a curator. RefusedError if the password or ID token is wrong, or came too often."""
        return self._own.sign_in(sign_in)

    def close(self) -> None:
        """Closes the connections."""
        self._own.close()

    def _remember(self, key: str, token: str) -> str:
        """The first token wins if two threads asked at once."""
        with self._lock:
            kept = self._issued.setdefault(key, token)
            while len(self._issued) > self._max_browsers:
                self._issued.popitem(last=False)
        return kept


class CallersWrites:
    """The writes of the outbox and of the shadow answers; the key None is OWN."""

    def __init__(self, callers: Callers) -> None:
        self._callers = callers

    def put_prediction(self, prediction_id: UUID, prediction: PredictionToStore, *, key: str | None = None) -> None:
        """Stores a prediction with its drawing."""
        self._acting_as(key).put_prediction(prediction_id, prediction)

    def delete_prediction(self, prediction_id: UUID, *, unlabelled_only: bool = False, key: str | None = None) -> None:
        """Deletes a prediction, if it exists. With `unlabelled_only` a labelled prediction stays."""
        self._acting_as(key).delete_prediction(prediction_id, unlabelled_only=unlabelled_only)

    def put_label(
        self,
        prediction_id: UUID,
        digit: TrueDigit,
        *,
        instead_of: TrueDigit | None = None,
        key: str | None = None,
    ) -> None:
        """Stores what a person says that the drawing is, or takes `instead_of` back."""
        self._acting_as(key).put_label(prediction_id, digit, instead_of)

    def delete_label(self, prediction_id: UUID, *, key: str | None = None) -> None:
        """Deletes the label, if it exists."""
        self._acting_as(key).delete_label(prediction_id)

    def put_shadow_answer(self, prediction_id: UUID, answer: ShadowAnswerToStore, *, key: str | None = None) -> None:
        """Stores what a version in shadow would have answered."""
        self._acting_as(key).put_shadow_answer(prediction_id, answer)

    def _acting_as(self, key: str | None) -> StorageClient:
        return self._callers.acting_as(key or OWN)
