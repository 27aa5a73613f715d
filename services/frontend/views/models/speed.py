"""How long each version takes for one drawing on this installation, measured when somebody asks for it.

No manifest holds a speed, because it depends on the machine. The times are those that inference states in its answers:
from the drawing to the probabilities, without the network and the page. All visitors share the figures.
"""

import base64
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from statistics import median

import streamlit as st

from services.frontend.connections import connect
from shared.clients.inference import InferenceClient
from shared.clients.service import RefusedError, ServiceUnavailableError
from shared.contracts.examples import SEVEN_PNG

TRIES = 15  # counted ones of each version
WARM_UP = 2  # tries that are not counted: the first one loads the version
AGAIN_AFTER = timedelta(minutes=10)
BUTTON = "measure-speed"
AWAY = "The recogniser is too busy to measure it right now. Try again later."


@dataclass(frozen=True)
class Speeds:
    """The median time of each version for one drawing, by `name/version`, and when they were measured."""

    milliseconds: dict[str, float]
    measured_at: datetime


@dataclass
class _Shared:
    """The last figures. Whoever measures holds the lock, so that nobody measures beside it."""

    speeds: Speeds | None = None
    lock: threading.Lock = field(default_factory=threading.Lock)


@st.cache_resource
def _get_shared() -> _Shared:
    return _Shared()


def get_speeds() -> Speeds | None:
    """The last figures; None before the first measurement."""
    return _get_shared().speeds


def show_measuring(references: Sequence[str]) -> None:
    """What the figures are, or a button that measures them. The page is run again with them."""
    speeds = get_speeds()
    if speeds and datetime.now(UTC) - speeds.measured_at < AGAIN_AFTER and set(references) <= set(speeds.milliseconds):
        return
    if st.button("Measure the speed here", icon=":material/speed:", key=BUTTON):
        measure_for_all(references)


def measure_for_all(references: Sequence[str]) -> None:
    """Measures, keeps the figures for everybody, and runs the page again."""
    shared = _get_shared()
    try:
        with st.spinner("Measuring…"), shared.lock:
            milliseconds = measure(connect().inference, base64.b64decode(SEVEN_PNG), references)
            shared.speeds = Speeds(milliseconds, datetime.now(UTC))
    except (ServiceUnavailableError, RefusedError):
        st.html(f'<p class="sentence" role="status">{AWAY}</p>')
        return
    st.rerun()


def measure(inference: InferenceClient, drawing: bytes, references: Sequence[str]) -> dict[str, float]:
    """The medians in milliseconds. The versions take turns, so that a busy moment slows all of them.

    ServiceUnavailableError, RefusedError.
    """
    times: dict[str, list[float]] = {reference: [] for reference in references}
    for number in range(WARM_UP + TRIES):
        for reference in references:
            elapsed_ms = inference.predict(drawing, model=reference).elapsed_ms
            if number >= WARM_UP:
                times[reference].append(elapsed_ms)
    return {reference: median(measured) for reference, measured in times.items()}
