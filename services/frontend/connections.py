"""What all visitors of this process share: the clients, the outbox, and short-lived copies of the services' answers.

Everything is built on first use and kept by Streamlit's caches.
"""

from dataclasses import dataclass

import streamlit as st

from services.frontend.explanation_pause import ExplanationPause
from services.frontend.health_watch import HealthWatch
from services.frontend.saving.outbox import Outbox
from services.frontend.settings import Settings
from services.frontend.storage_client import StorageClient
from shared.clients.inference import InferenceClient
from shared.clients.patience import Patience
from shared.clients.service import RefusedError, ServiceClient, ServiceUnavailableError
from shared.contracts.message import ModelVersion
from shared.contracts.storage import Statistics

# No retries in the client: the page says which service is away, and the outbox repeats its requests itself.
PATIENCE = Patience(connect_timeout_s=0.5, read_timeout_s=5.0, retry_for_s=0)
PAGE_PATIENCE = Patience(connect_timeout_s=0.5, read_timeout_s=12.0, retry_for_s=0)  # in inference it may wait 10 s
HEALTH_PATIENCE = Patience(connect_timeout_s=0.5, read_timeout_s=2.0, retry_for_s=0)
STATISTICS_TTL_S = 5.0
SETTLE_S = 0.3  # a run that has shown its answer waits this long for storage; nobody draws the next stroke faster


@dataclass(frozen=True)
class Connections:
    """The clients of both services, the watches of their health, and the outbox that saves predictions.

    `page_inference` waits longer for its answers, which are those about pages.
    """

    inference: InferenceClient
    page_inference: InferenceClient
    storage: StorageClient
    inference_watch: HealthWatch
    storage_watch: HealthWatch
    explanation_pause: ExplanationPause
    outbox: Outbox

    def close(self) -> None:
        """Ends all threads and closes all connections."""
        watches, clients = (
            (self.inference_watch, self.storage_watch),
            (self.inference, self.page_inference, self.storage),
        )
        for each in (self.outbox, *watches, *clients):
            each.close()


@st.cache_resource
def connect() -> Connections:
    """One set of connections for the process and all its sessions."""
    settings = Settings()
    inference_key = settings.inference_api_key.get_secret_value()
    storage_token = settings.storage_token.get_secret_value()
    storage = StorageClient(settings.storage_url, api_key=storage_token, patience=PATIENCE)
    return Connections(
        inference=InferenceClient(settings.inference_url, api_key=inference_key, patience=PATIENCE),
        page_inference=InferenceClient(settings.inference_url, api_key=inference_key, patience=PAGE_PATIENCE),
        storage=storage,
        inference_watch=HealthWatch(ServiceClient(settings.inference_url, patience=HEALTH_PATIENCE)),
        storage_watch=HealthWatch(ServiceClient(settings.storage_url, patience=HEALTH_PATIENCE)),
        explanation_pause=ExplanationPause(),
        outbox=Outbox(storage, settings.data_dir),
    )


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


@st.cache_data(ttl=STATISTICS_TTL_S, show_spinner=False)
def get_statistics(model: str | None = None) -> Statistics:
    """Statistics, at most five seconds old. A page that stores a label calls `get_statistics.clear()`."""
    return connect().storage.get_statistics(model)


def get_digit_score_threshold(model: ModelVersion) -> float:
    """Drawings with a lower digit score are rejected. 0, which rejects nothing, if the threshold is not known."""
    try:
        return _get_digit_score_thresholds(model)[str(model)]
    except (ServiceUnavailableError, RefusedError, KeyError):
        return 0.0


@st.cache_data(show_spinner=False)
def _get_digit_score_thresholds(wanted: ModelVersion) -> dict[str, float]:
    """Thresholds by `name/version`, asked again only for a new model version, because a version never changes."""
    models = connect().inference.list_models().models
    return {f"{listed.name}/{listed.version}": listed.digit_score_threshold for listed in models}
