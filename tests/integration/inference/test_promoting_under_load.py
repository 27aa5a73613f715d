"""The command changes the version in use of a real service with two processes, while callers ask without a pause."""

from pathlib import Path

import training.promotion.__main__ as command
from benchmarks.inference_service import running_inference
from tests.integration.inference.conftest import encode, seven
from tests.integration.inference.load import Load
from tests.written_versions import write_copies

PICTURE = encode(seven())


def run(models: Path, *arguments: str) -> None:
    assert command.main([*arguments, "--models-dir", str(models), "--why", "a test", "--yes"]) == 0


def test_the_command_under_load_loses_no_request(tmp_path: Path) -> None:
    """cnn/1 and cnn/2 are different networks, so an answer of a half-loaded version would be a third one."""
    write_copies(tmp_path, "cnn", "1", of="mlp")
    write_copies(tmp_path, "cnn", "2", of="lenet5")
    settings = {"INFERENCE_PROCESSES": "2", "INFERENCE_MODELS_DIR": str(tmp_path), "INFERENCE_MAX_WAIT_S": "30"}
    with running_inference(**settings) as url, Load(url, PICTURE) as load:
        load.wait_for_only("1")
        for _ in range(2):
            run(tmp_path, "promote", "cnn/2")
            load.wait_for_only("2")
            run(tmp_path, "back", "cnn")
            load.wait_for_only("1")
    assert {status for status, _, _ in load.answers} == {200}
    assert len({(version, probabilities) for _, version, probabilities in load.answers}) == 2
