"""The Prometheus metrics of the frontend, served at /metrics: the outbox, the services as the page sees them, its disk.

They are read when Prometheus asks, so they cost nothing in between.
"""

import shutil
from collections.abc import Iterator

import streamlit as st
import structlog
from prometheus_client import CollectorRegistry, Counter
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from streamlit.runtime.stats import ACTIVE_SESSIONS_FAMILY, GaugeStat

from services.frontend.connections import connect
from services.frontend.saving.outbox import MAX_BYTES, MAX_UNSAVED, OutboxState
from services.frontend.settings import Settings
from shared.web.request_id import begin_request, find_request_id

logger = structlog.get_logger(__name__)

FAULT = "Something went wrong in Slate. Reload the page and try again. If you report this, name the request {}."
FAULTS = Counter("slate_page_faults", "Runs of the page that ended with an error of Slate")


def show_fault(error: Exception) -> bool:
    """Show an unexpected error of a page as a sentence, and log and count it. True: the page shows no traceback."""
    request_id = find_request_id() or begin_request()
    logger.error("page_failed", exc_info=error)
    FAULTS.inc()
    st.error(FAULT.format(request_id))
    return True


def register_metrics(registry: CollectorRegistry, settings: Settings) -> None:
    """Add the metrics of the frontend to the registry. The app does it once, when it starts."""
    registry.register(FrontendMetrics(settings))
    registry.register(FAULTS)


class FrontendMetrics(Collector):
    """The metrics of the process. Streamlit's runtime must have started."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def describe(self) -> list[Metric]:
        """Nothing, so that the registry does not read them before Prometheus asks for the first time."""
        return []

    def collect(self) -> Iterator[Metric]:
        """All metrics as of now."""
        connections = connect()
        found = st.runtime.get_instance().stats_mgr.get_stats([ACTIVE_SESSIONS_FAMILY])[ACTIVE_SESSIONS_FAMILY]
        sessions = sum(stat.value for stat in found if isinstance(stat, GaugeStat))
        yield make_gauge("slate_page_sessions", "Open pages of visitors", sessions)
        ready = GaugeMetricFamily(
            "slate_service_ready", "1 if the service is ready, as the page sees it", labels=["service"]
        )
        ready.add_metric(["inference"], connections.inference_watch.is_ready)
        ready.add_metric(["storage"], connections.storage_watch.is_ready)
        yield ready
        yield from describe_outbox(connections.outbox.state)
        if self._settings.data_dir is not None:
            disk = shutil.disk_usage(self._settings.data_dir)
            free = GaugeMetricFamily(
                "slate_disk_free_ratio", "Free share of the disk with this folder", labels=["folder"]
            )
            free.add_metric(["outbox"], disk.free / disk.total)
            yield free


def describe_outbox(state: OutboxState) -> Iterator[Metric]:
    """What waits for storage, and what was lost."""
    full = max(state.waiting / MAX_UNSAVED, state.bytes / MAX_BYTES)
    yield make_gauge("slate_outbox_predictions", "Predictions that wait for storage", state.waiting)
    yield make_gauge("slate_outbox_bytes", "Bytes of their drawings", state.bytes)
    yield make_gauge("slate_outbox_full_ratio", "Share of the room that is taken, by number or by size", full)
    yield make_gauge("slate_outbox_oldest_seconds", "How long the oldest change that is not held waits", state.oldest_s)
    yield make_gauge("slate_outbox_held", "Changes that wait for a curator, a start or a newer storage", state.held)
    yield make_gauge("slate_outbox_unkept", "Changes that are not on disk", state.unkept)
    lost = CounterMetricFamily("slate_outbox_lost", "Changes that were not saved, by reason", labels=["reason"])
    lost.add_metric(["refused"], state.refused)
    lost.add_metric(["full"], state.full)
    yield lost


def make_gauge(name: str, text: str, value: float) -> Metric:
    """A gauge without labels."""
    return GaugeMetricFamily(name, text, value=value)
