"""What all visitors of this process share: the clients, the outbox, and short-lived copies of the services' answers.

Everything is built when the process starts, or else on first use, and kept by Streamlit's caches. What differs between
persons is kept for each key of caller_keys.py.
"""

from dataclasses import dataclass

import streamlit as st
import structlog

from services.frontend.caller_keys import BEARER, BROWSER, OWN, find_known_token
from services.frontend.callers import Callers, CallersWrites
from services.frontend.explanation_pause import ExplanationPause
from services.frontend.health_watch import HealthWatch
from services.frontend.saving.outbox import Delivery, Outbox
from services.frontend.saving.shadow_answers import ShadowAnswers
from services.frontend.settings import Settings
from services.frontend.sign_ins import SignIns
from services.frontend.snapshots import Snapshots
from services.frontend.storage_client import StorageClient
from shared.clients.inference import InferenceClient
from shared.clients.patience import Patience
from shared.clients.service import RefusedError, ServiceClient, ServiceUnavailableError
from shared.contracts.access import Me
from shared.contracts.inference import Prediction
from shared.contracts.message import ModelVersion
from shared.contracts.storage import HistoryFilters, Statistics
from shared.web.request_id import find_request_id

logger = structlog.get_logger(__name__)

# No retries in the client: the page says which service is away, and the outbox repeats its requests itself.
PATIENCE = Patience(connect_timeout_s=0.5, read_timeout_s=5.0, retry_for_s=0)
PAGE_PATIENCE = Patience(connect_timeout_s=0.5, read_timeout_s=12.0, retry_for_s=0)  # in inference it may wait 10 s
HEALTH_PATIENCE = Patience(connect_timeout_s=0.5, read_timeout_s=2.0, retry_for_s=0)
STATISTICS_TTL_S = 5.0
RIGHTS_TTL_S = 60.0
CURATE = "curate"  # the scope of curators
SETTLE_S = 0.3  # a run that has shown its answer waits this long for storage; nobody draws the next stroke faster


@dataclass(frozen=True)
class Connections:
    """The clients of both services, the watches of their health, and the outbox that saves predictions.

    `page_inference` waits longer for its answers, which are those about pages. `rights` are what storage says of OWN
    and of curators; None if it does not know the token. `on_loopback` is true if only this machine reaches the page.
    """

    inference: InferenceClient
    page_inference: InferenceClient
    callers: Callers
    rights: Snapshots[Me | None]
    sign_ins: SignIns
    on_loopback: bool
    inference_watch: HealthWatch
    storage_watch: HealthWatch
    explanation_pause: ExplanationPause
    outbox: Outbox
    shadow_answers: ShadowAnswers

    def close(self) -> None:
        """Ends all threads and closes all connections.

        For tests. The process ends without it, so that the outbox's file still takes what a late run saves.
        """
        threads = (self.shadow_answers, self.outbox, self.rights, self.inference_watch, self.storage_watch)
        for each in (*threads, self.inference, self.page_inference, self.callers):
            each.close()


@st.cache_resource(show_spinner=False)
def connect() -> Connections:
    """One set of connections for the process and all its sessions."""
    settings = Settings()
    inference_key = settings.inference_api_key.get_secret_value()
    storage_token = settings.storage_token.get_secret_value()
    inference = InferenceClient(
        settings.inference_url, api_key=inference_key, patience=PATIENCE, find_request_id=find_request_id
    )
    callers = Callers(
        StorageClient(settings.storage_url, token=storage_token, patience=PATIENCE, find_request_id=find_request_id)
    )
    outbox = Outbox(CallersWrites(callers), settings.data_dir)
    return Connections(
        inference=inference,
        page_inference=InferenceClient(
            settings.inference_url, api_key=inference_key, patience=PAGE_PATIENCE, find_request_id=find_request_id
        ),
        callers=callers,
        rights=Snapshots(lambda key: fetch_rights(callers, key, on_loopback=settings.is_on_loopback)),
        sign_ins=SignIns(),
        on_loopback=settings.is_on_loopback,
        inference_watch=HealthWatch(ServiceClient(settings.inference_url, patience=HEALTH_PATIENCE)),
        storage_watch=HealthWatch(ServiceClient(settings.storage_url, patience=HEALTH_PATIENCE)),
        explanation_pause=ExplanationPause(),
        outbox=outbox,
        shadow_answers=ShadowAnswers(
            inference, CallersWrites(callers), lambda saved: outbox.wait(saved, 0) is Delivery.SAVED
        ),
    )


def fetch_rights(callers: Callers, key: str, *, on_loopback: bool) -> Me | None:
    """Asks storage. ServiceUnavailableError."""
    try:
        rights = callers.acting_as(key).get_me()
    except RefusedError:
        return None
    if key == OWN and CURATE in rights.scopes and not on_loopback:
        logger.warning(
            "storage_token_too_powerful",
            reason="Others can reach this page, so it uses its token for new visitors only. A page token is enough.",
        )
    return rights


def find_rights(key: str, timeout_s: float = 0) -> Me | None:
    """What storage said of this caller in the last minute or so. None if it refused, or has not answered yet.

    It is asked once about a token, however many keys hold it.
    """
    token = find_known_token(key)
    caller = key if token is None else BEARER + token
    refresh_rights(caller)
    rights, _ = connect().rights.get(caller, timeout_s)
    return rights


@st.cache_data(ttl=RIGHTS_TTL_S, max_entries=1000, show_spinner=False)
def refresh_rights(key: str) -> None:
    """Asks storage again if the answer may be older than RIGHTS_TTL_S."""
    connect().rights.mark_outdated(key)


def issue_visitor_token(browser: str, earlier: str) -> str | None:
    """The token for the cookie of a browser, for browser_cookies.py. None while storage is away."""
    services = connect()
    if not services.storage_watch.is_ready:
        return None
    try:
        return services.callers.renew(earlier) if earlier else services.callers.find_token(BROWSER + browser)
    except (ServiceUnavailableError, RefusedError) as error:
        logger.warning("visitor_token_not_issued", reason=str(error))
        return None


@dataclass(frozen=True)
class Health:
    """Which services answer."""

    inference: bool
    storage: bool


def check_health() -> Health:
    """The last answers of both services. It never waits."""
    services = connect()
    return Health(inference=services.inference_watch.is_ready, storage=services.storage_watch.is_ready)


def get_settle_s() -> float:
    """How long a run waits for storage after it has shown everything else: 0 while storage is away."""
    return SETTLE_S if check_health().storage else 0.0


def get_statistics(key: str, filters: HistoryFilters, *, sees_totals: bool) -> Statistics:
    """Statistics, at most five seconds old. All who see the totals share one copy, unless they ask for their own.

    ServiceUnavailableError, RefusedError.
    """
    return fetch_statistics("" if sees_totals and not filters.mine else key, filters, key)


@st.cache_data(ttl=STATISTICS_TTL_S, max_entries=1000, show_spinner=False)
def fetch_statistics(view: str, filters: HistoryFilters, _key: str) -> Statistics:
    """For `get_statistics`. `view` keeps the copies of different persons apart."""
    return connect().callers.acting_as(_key).get_statistics(filters)


def forget_statistics() -> None:
    """Call this after a change, so that the next page shows it."""
    fetch_statistics.clear()


def get_answer_threshold(prediction: Prediction) -> float:
    """The threshold that came with the prediction. The version is looked up if its inference is too old to send it.

    Another copy of inference may not know a version that one copy answers with, while they are replaced one by one.
    """
    threshold = prediction.digit_score_threshold
    return get_digit_score_threshold(prediction.model) if threshold is None else threshold


def get_digit_score_threshold(model: ModelVersion) -> float:
    """Drawings with a lower digit score are rejected. 0, which rejects nothing, if the threshold is not known."""
    try:
        return _get_known_threshold(model)
    except (ServiceUnavailableError, RefusedError, KeyError):
        return 0.0


@st.cache_data(show_spinner=False)
def _get_known_threshold(model: ModelVersion) -> float:
    """Asked once, because a version never changes. KeyError, which is not kept, if inference does not list it yet."""
    models = connect().inference.list_models().models
    return {listed.reference: listed.digit_score_threshold for listed in models}[str(model)]
