"""Sends the labels that are likely wrong to storage, which shows them to people."""

from collections.abc import Sequence

import httpx

from shared.contracts.storage import NOT_A_DIGIT as NOT_A_DIGIT_LABEL
from shared.contracts.storage import ModelToStore, TrueDigit
from shared.contracts.suspected import SuspectedLabel, SuspectedLabels, SuspectedLabelsStored
from shared.recognition.model_version import VersionManifest
from training.data.labelled_images import NOT_A_DIGIT
from training.data.labelled_stream import HOW_TO_GIVE_IT
from training.errors import DataUnavailableError
from training.refine.selection import Suspicion

TIMEOUT_S = 60.0  # 50,000 labels are stored in a few seconds


def send_suspicions(
    suspected: Sequence[Suspicion], model: VersionManifest, storage_url: str, token: str
) -> SuspectedLabelsStored:
    """Replace what storage keeps of an earlier refinement. `model` is the version that was asked.

    DataUnavailableError if storage cannot be reached or does not accept them.
    """
    body = SuspectedLabels(
        model=ModelToStore(name=model.name, version=model.version),
        suspected=[
            SuspectedLabel(
                id=one.id,
                label=_write_label(one.label),
                suggested=_write_label(one.suggested),
                probability=one.probability,
            )
            for one in suspected
        ],
    )
    try:
        answer = httpx.put(
            f"{storage_url.rstrip('/')}/v1/suspected-labels",
            content=body.model_dump_json(),
            headers={b"Authorization": f"Bearer {token}".encode(), b"Content-Type": b"application/json"},
            timeout=TIMEOUT_S,
        )
        answer.raise_for_status()
        return SuspectedLabelsStored.model_validate_json(answer.content)
    except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:  # show only its type: its text may hold the token
        raise DataUnavailableError(
            f"Storage at {storage_url} did not take the suspected labels ({type(error).__name__}): "
            f"start it, and {HOW_TO_GIVE_IT}."
        ) from error


def _write_label(number: int) -> TrueDigit:
    return NOT_A_DIGIT_LABEL if number == NOT_A_DIGIT else number
