"""What all sessions of this process share: settings, the two clients, the outbox. Built once, when first asked for."""

from dataclasses import dataclass

import streamlit as st

from services.frontend.outbox import Outbox
from services.frontend.settings import Settings
from services.frontend.storage_client import StorageClient
from shared.clients.inference import InferenceClient
from shared.clients.patience import Patience
from shared.contracts.storage import Statistics

HEALTH_TTL_S = 2.0
STATISTICS_TTL_S = 5.0
SAVE_WAIT_S = 0.7  # a run waits this long for «saved»; after that the page goes on and the outbox keeps trying


@dataclass(frozen=True)
class Connections:
    """The services as the page sees them."""

    inference: InferenceClient
    storage: StorageClient
    outbox: Outbox


@st.cache_resource
def connect() -> Connections:
    """One set for the process; Streamlit keeps it across sessions."""
    settings = Settings()
    patience = Patience(
        connect_timeout_s=settings.connect_timeout_s,
        read_timeout_s=settings.read_timeout_s,
        retry_for_s=0,  # the page says who is away, and the outbox asks again
    )
    inference_key = settings.inference_api_key.get_secret_value()
    storage_token = settings.storage_token.get_secret_value()
    storage = StorageClient(settings.storage_url, api_key=storage_token, patience=patience)
    return Connections(
        inference=InferenceClient(settings.inference_url, api_key=inference_key, patience=patience),
        storage=storage,
        outbox=Outbox(storage, settings.max_unsaved),
    )


@dataclass(frozen=True)
class Health:
    """Which services answer."""

    inference: bool
    storage: bool


@st.cache_data(ttl=HEALTH_TTL_S, show_spinner=False)
def check_health() -> Health:
    """Asked at most every two seconds, however many people have the page open."""
    services = connect()
    return Health(inference=services.inference.is_ready(), storage=services.storage.is_ready())


def get_save_wait_s() -> float:
    """How long a run waits for «saved»: not at all while storage is away."""
    return SAVE_WAIT_S if check_health().storage else 0.0


@st.cache_data(ttl=STATISTICS_TTL_S, show_spinner=False)
def get_statistics(model: str | None = None) -> Statistics:
    """Statistics at most five seconds old; a label given here makes them be asked anew (`get_statistics.clear()`)."""
    return connect().storage.get_statistics(model)
