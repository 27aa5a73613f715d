"""What all sessions of this process share: settings, the two clients, the outbox. Built once, when first asked for."""

from dataclasses import dataclass

import httpx
import streamlit as st

from services.frontend.inference_client import InferenceClient
from services.frontend.outbox import Outbox
from services.frontend.settings import Settings
from services.frontend.storage_client import StorageClient

HEALTH_TTL_S = 2.0


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
    timeout = httpx.Timeout(settings.read_timeout_s, connect=settings.connect_timeout_s)
    authorization = {"Authorization": f"Bearer {settings.storage_token.get_secret_value()}"}
    storage = StorageClient(httpx.Client(base_url=settings.storage_url, timeout=timeout, headers=authorization))
    return Connections(
        inference=InferenceClient(httpx.Client(base_url=settings.inference_url, timeout=timeout)),
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
