"""The recent drawings of a person, and how often the model was right, as storage has them.

Threads fetch them for each person, because the page must not wait for storage. A visitor sees only the own drawings.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

import streamlit as st

from services.frontend.caller_keys import OWN
from services.frontend.connections import CURATE, connect, find_rights
from services.frontend.elements.thumbnails import find_thumbnails
from services.frontend.snapshots import Snapshots
from shared.contracts.storage import Accuracy, HistoryFilters, StoredPrediction

RECENT = 16


@dataclass(frozen=True)
class RecentDrawings:
    """The latest predictions in storage with their thumbnails, and how many were right.

    `of_all` is true if `totals` counts those of all visitors, but the predictions are those of one.
    """

    predictions: Sequence[StoredPrediction]
    thumbnails: Mapping[UUID, str]
    totals: Accuracy
    of_all: bool


@st.cache_resource(on_release=Snapshots.close)
def get_snapshots() -> Snapshots[RecentDrawings]:
    """One for the process, with a copy for each person's key."""
    return Snapshots(fetch_recent)


def fetch_recent(key: str) -> RecentDrawings:
    """Asks storage on behalf of one person. ServiceUnavailableError, RefusedError."""
    rights, installation = find_rights(key) if key != OWN else None, find_rights(OWN)
    is_visitor = key != OWN and (rights is None or CURATE not in rights.scopes)
    sees_totals = not is_visitor or (installation is not None and installation.visitors_see != "nothing")
    storage = connect().callers.acting_as(key)
    predictions = storage.list_predictions(RECENT, HistoryFilters(mine=True if is_visitor else None)).predictions
    thumbnails = find_thumbnails([prediction.id for prediction in predictions], storage)
    return RecentDrawings(predictions, thumbnails, storage.get_totals(), of_all=is_visitor and sees_totals)
