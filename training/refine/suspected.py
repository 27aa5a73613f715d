"""Sends the labels that are likely wrong to storage, where people see them and a curator confirms or corrects them."""

import logging
from collections.abc import Sequence

import httpx

from shared.contracts.storage import ModelToStore
from shared.contracts.suspected import MAX_SUSPECTED, SuspectedLabel, SuspectedLabels
from shared.recognition.model_version import Manifest
from training.data.labelled_images import NOT_A_DIGIT
from training.refine.selection import Suspicion

log = logging.getLogger(__name__)

TIMEOUT_S = 60.0


def send_suspected(suspected: Sequence[Suspicion], current: Manifest, storage_url: str, token: str) -> bool:
    """Replace the open suspicions in storage by these. Returns whether storage took them; if not, a warning says why.

    Learning goes on without: the next run sends them again.
    """
    body = SuspectedLabels(
        model=ModelToStore(name=current.name, version=current.version),
        suspected=[describe(each) for each in suspected[:MAX_SUSPECTED]],
    )
    try:
        response = httpx.put(
            f"{storage_url.rstrip('/')}/v1/suspected-labels",
            content=body.model_dump_json(),
            headers={"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
            timeout=TIMEOUT_S,
        )
    except (httpx.HTTPError, httpx.InvalidURL) as error:  # show only its type: its text may contain the token
        log.warning("storage did not take the suspected labels: %s", type(error).__name__)
        return False
    if not response.is_success:
        log.warning("storage did not take the suspected labels: %d %s", response.status_code, response.reason_phrase)
    return response.is_success


def describe(suspicion: Suspicion) -> SuspectedLabel:
    """Return it as storage's contract has it."""
    return SuspectedLabel(
        id=suspicion.id,
        label=name_label(suspicion.label),
        suggested=name_label(suspicion.suggested),
        probability=min(1.0, max(0.0, suspicion.probability)),
    )


def name_label(label: int) -> int | str:
    """Return the digit, or the contract's text for what is none."""
    return "not_a_digit" if label == NOT_A_DIGIT else label
