"""`make backup ARGS=--containers` and `make restore ARGS=--containers`, while the containers run."""

import base64
import sys
from pathlib import Path
from uuid import uuid4

import httpx

from tests.containers.project import Project
from tests.e2e.stack import wait_until

PNG = b"\x89PNG\r\n\x1a\n"
PREDICTION = {
    "digit": 3,
    "confidence": 1,
    "probabilities": [0] * 10,
    "digit_score": 1,
    "model": {"name": "cnn", "version": "1"},
    "drawing": base64.b64encode(PNG).decode(),
}


def read_status(storage: httpx.Client, path: str) -> int:
    """The status, 503 while the database is exchanged."""
    try:
        return storage.get(path).status_code
    except httpx.TransportError:
        return 503


def test_a_restore_brings_back_what_was_deleted_and_nothing_newer(containers: Project, tmp_path: Path) -> None:
    kept, newer = f"/v1/predictions/{uuid4()}", f"/v1/predictions/{uuid4()}"
    file = tmp_path / "backup"
    with containers.storage() as storage:
        storage.put(kept, json=PREDICTION).raise_for_status()
        storage.put(f"{kept}/label", json={"digit": 4}).raise_for_status()
        containers.run_program(sys.executable, "-m", "infra.backup", "create", str(file), "--containers")
        assert file.stat().st_mode & 0o777 == 0o600
        storage.delete(kept).raise_for_status()
        storage.put(newer, json=PREDICTION).raise_for_status()
        containers.run_program(sys.executable, "-m", "infra.backup", "restore", str(file), "--containers")
        wait_until(lambda: read_status(storage, kept) == 200, "what was deleted")
        assert storage.get(kept).json()["label"] == 4
        assert storage.get(f"{kept}/drawing").content == PNG
        assert storage.get(newer).status_code == 404
        storage.put(newer, json=PREDICTION).raise_for_status()  # the role of the service may write to the new database
