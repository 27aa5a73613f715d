"""docker-compose.refine.yml lets the refinement write the models that inference reads, as the same user."""

import re
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[3]
REFINE = yaml.safe_load((ROOT / "docker-compose.refine.yml").read_text())
MODELS = "models:/app/models"
USER = re.compile(r"^RUN useradd .*--uid (\d+) .* (\w+)$", re.MULTILINE)


def read(path: str) -> str:
    return (ROOT / path).read_text()


def test_both_containers_have_the_volume_of_models_and_may_write_to_it() -> None:
    assert {name for name, service in REFINE["services"].items() if MODELS in service["volumes"]} == {
        "inference",
        "refine",
    }
    assert "models" in REFINE["volumes"]
    assert "INFERENCE_MODELS_DIR=/app/models" in read("services/inference/Dockerfile")
    assert "TRAINING_MODELS_DIR=/app/models" in read("training/Dockerfile")


def test_both_containers_run_as_the_same_user_to_whom_the_models_belong() -> None:
    inference, training = (USER.search(read(path)) for path in ("services/inference/Dockerfile", "training/Dockerfile"))
    assert inference is not None
    assert training is not None
    assert inference.groups() == training.groups()
    assert f"COPY --chown={inference[2]} models models" in read("services/inference/Dockerfile")


def test_the_refinement_has_time_to_stop_and_no_more_rights_than_a_service() -> None:
    refine = REFINE["services"]["refine"]
    assert refine["stop_grace_period"] == "30s"
    assert (refine["read_only"], refine["cap_drop"], refine["init"]) == (True, ["ALL"], True)
    assert "exec python -m training.refine.nightly" in refine["command"][2]
