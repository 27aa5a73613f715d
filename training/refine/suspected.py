"""Sends the labels that are likely wrong to storage, where people see them and a curator confirms or corrects them."""

import logging
from collections.abc import Sequence

from shared.clients.patience import Patience
from shared.clients.service import RefusedError, ServiceClient, ServiceUnavailableError
from shared.contracts.storage import NOT_A_DIGIT as NOT_A_DIGIT_LABEL
from shared.contracts.storage import ModelToStore, TrueDigit
from shared.contracts.suspected import MAX_SUSPECTED, SuspectedLabel, SuspectedLabels, SuspectedLabelsStored
from shared.recognition.model_version import Manifest
from training.data.labelled_images import NOT_A_DIGIT
from training.refine.selection import Suspicion

log = logging.getLogger(__name__)

PATIENCE = Patience(connect_timeout_s=3, read_timeout_s=60, retry_for_s=0)


def send_suspected(suspected: Sequence[Suspicion], current: Manifest, storage_url: str, token: str) -> None:
    """Replace the open suspicions in storage by these. If storage does not take them, a warning says why.

    Learning goes on without: the next run sends them again.
    """
    body = SuspectedLabels(
        model=ModelToStore(name=current.name, version=current.version),
        suspected=[describe(each) for each in suspected[:MAX_SUSPECTED]],
    )
    try:
        with ServiceClient(storage_url, api_key=token, patience=PATIENCE) as storage:
            headers = {"Content-Type": "application/json"}
            content = body.model_dump_json()
            storage.ask(SuspectedLabelsStored, "PUT", "/v1/suspected-labels", content=content, headers=headers)
    except (ServiceUnavailableError, RefusedError) as error:
        log.warning("storage did not take the suspected labels: %s", error)


def describe(suspicion: Suspicion) -> SuspectedLabel:
    """Return it as storage's contract has it."""
    return SuspectedLabel(
        id=suspicion.id,
        label=to_true_digit(suspicion.label),
        suggested=to_true_digit(suspicion.suggested),
        probability=min(1.0, max(0.0, suspicion.probability)),
    )


def to_true_digit(label: int) -> TrueDigit:
    """Return the label as the contract has it: the inverse of `number_label` in `training/data/people_drawings.py`."""
    return NOT_A_DIGIT_LABEL if label == NOT_A_DIGIT else label
