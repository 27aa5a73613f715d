"""Labels that are likely wrong reach the real storage service; if it is away, the refinement goes on without."""

from uuid import UUID

import httpx
import numpy as np
import pytest

from tests.integration.training.test_labelled_drawings import TOKEN, store
from tests.network import CLOSED_URL
from tests.unit.recognition.test_model_version import a_manifest
from training.data.labelled_images import NOT_A_DIGIT
from training.data.people_drawings import fetch_drawings
from training.refine.selection import Suspicion
from training.refine.suspected import send_suspected

SUSPICION = Suspicion(UUID(int=1, version=4), label=3, suggested=NOT_A_DIGIT, probability=0.01)


def test_storage_keeps_a_suspicion_until_a_curator_looks_at_the_drawing(storage_url: str) -> None:
    with httpx.Client(base_url=storage_url, headers={"Authorization": f"Bearer {TOKEN}"}) as client:
        for number in (1, 2):
            store(client, number, label=3)
        send_suspected([SUSPICION], a_manifest(), storage_url, TOKEN)
        drawings = fetch_drawings(storage_url, TOKEN)
        assert drawings.ids[np.flatnonzero(drawings.suspected)].tolist() == [str(SUSPICION.id)]
        [asked] = client.get("/v1/label-suggestions", params={"kind": "suspected"}).json()["suggestions"]
    assert (asked["label"], asked["suggested"]) == (3, "not_a_digit")


@pytest.mark.parametrize("token", [TOKEN, ""])
def test_a_storage_that_is_away_or_refuses_is_a_warning(
    storage_url: str, token: str, caplog: pytest.LogCaptureFixture
) -> None:
    send_suspected([SUSPICION], a_manifest(), CLOSED_URL if token else storage_url, token)
    [warning] = [record.message for record in caplog.records if record.name == "training.refine.suspected"]
    assert warning.startswith("storage did not take the suspected labels: ")
    assert TOKEN not in warning
