"""What the help changed: drawings that were read wrongly and labelled since are read again by the version in use.

At most DRAWINGS of a person are read again, in the background, and each once by each version.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import streamlit as st

from services.frontend.caller_keys import OWN
from services.frontend.connections import CURATE, connect, find_rights, get_digit_score_threshold
from services.frontend.elements.thumbnails import find_thumbnails
from services.frontend.snapshots import Snapshots
from services.frontend.storage_client import StorageClient
from shared.clients.service import RefusedError
from shared.contracts.message import ModelVersion
from shared.contracts.storage import HistoryFilters, TrueDigit, is_right
from shared.web.media_type import detect_media_type

DRAWINGS = 15
LOOKED_AT = 50  # the newest wrong ones, some of which this version itself or another model has answered
REFRESH_S = 60.0
WRONG = HistoryFilters(correct=False)
WRONG_AND_MINE = HistoryFilters(correct=False, mine=True)


@dataclass(frozen=True)
class Drawing:
    """A drawing that was read wrongly. `digit` is how it is read now, `right` whether that is right now."""

    label: TrueDigit
    digit: int
    right: bool
    thumbnail: str
    rejected: bool = False


@dataclass(frozen=True)
class ReadAgain:
    """`mine` says that all are of one person."""

    model: ModelVersion
    drawings: Sequence[Drawing]
    mine: bool


@st.cache_resource(on_release=Snapshots.close)
def get_snapshots() -> Snapshots[ReadAgain]:
    """One for the process, with a copy for each person's key. One thread is enough and spares inference."""
    return Snapshots(read_drawings_again, threads=1)


@st.cache_data(ttl=REFRESH_S, max_entries=1000, show_spinner=False)
def refresh(key: str) -> None:
    """Reads again if that may be older than REFRESH_S."""
    get_snapshots().mark_outdated(key)


def read_drawings_again(key: str) -> ReadAgain:
    """Reads them on behalf of one person. ServiceUnavailableError, RefusedError."""
    rights = find_rights(key) if key != OWN else None
    mine = key != OWN and (rights is None or CURATE not in rights.scopes)
    storage, model = connect().callers.acting_as(key), connect().inference.list_models().default
    wrong = storage.list_predictions(LOOKED_AT, WRONG_AND_MINE if mine else WRONG).predictions
    earlier = [one for one in wrong if one.model.name == model.name and one.model.version != model.version][:DRAWINGS]
    threshold = get_digit_score_threshold(model)
    thumbnails = find_thumbnails([one.id for one in earlier], storage)
    read = [(one, read_drawing(one.id, str(model), storage)) for one in earlier]
    drawings = [
        _compare(one.label, *now, threshold, thumbnails[one.id])
        for one, now in read
        if now is not None and one.label is not None
    ]
    return ReadAgain(model, drawings, mine)


@st.cache_data(max_entries=5000, show_spinner=False)
def read_drawing(prediction_id: UUID, model: str, _storage: StorageClient) -> tuple[int, float] | None:
    """The digit and the digit score of this version, which never change. None if the drawing can't be read (again).

    ServiceUnavailableError.
    """
    try:
        drawing = _storage.get_drawing(prediction_id)
        prediction = connect().inference.predict(drawing, detect_media_type(drawing), model)
    except RefusedError:
        return None
    return prediction.digit, prediction.digit_score


def describe_read_again(read: ReadAgain) -> str:
    """`Of 15 drawings of yours that were read wrongly, 12 are read rightly now by cnn/2026-12-01.1.`."""
    count, right = len(read.drawings), sum(drawing.right for drawing in read.drawings)
    yours = " of yours" if read.mine else ""
    if count == 1:
        now = "is read rightly now" if right else "is still read wrongly"
        return f"One drawing{yours} that was read wrongly {now} by {read.model}."
    number = "none" if right == 0 else "all" if right == count else str(right)
    verb = "is" if right in (0, 1) else "are"
    return f"Of {count} drawings{yours} that were read wrongly, {number} {verb} read rightly now by {read.model}."


def _compare(label: TrueDigit, digit: int, digit_score: float, threshold: float, thumbnail: str) -> Drawing:
    rejected = digit_score < threshold
    return Drawing(label, digit, is_right(digit, label, rejected=rejected), thumbnail, rejected)
