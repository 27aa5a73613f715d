"""The file `models/<name>/drift.json`: the newest drift report of a model. Training writes it, inference serves it."""

import os
from pathlib import Path

from pydantic import ValidationError

from shared.atomic_file import replacing
from shared.contracts.drift import DriftReport
from shared.recognition.model_version import check_name, read_model_file

DRIFT = "drift.json"
MAX_DRIFT_BYTES = 256 * 1024  # a report has about 6 kB


class NoDriftReportError(Exception):
    """There is no report of this model, or none that this version of Slate can read."""


def write_drift_report(models_dir: Path, report: DriftReport) -> Path:
    """Writes the report in one atomic step, so that no reader sees a part of it. Returns its path."""
    path = models_dir / check_name(report.model.name) / DRIFT
    with replacing(path) as written:
        written.write_text(report.model_dump_json(indent=2) + "\n")
        written.chmod(0o644)  # readable for the service, whatever the umask of the user
    return path


def read_drift_report(models_dir: Path, name: str) -> DriftReport:
    """The report of that model. NoDriftReportError; ModelVersionError if the name is not allowed or unreadable."""
    path = models_dir / check_name(name) / DRIFT
    if not os.path.lexists(path):
        raise NoDriftReportError(f"There is no drift report of the model {name!r} yet.")
    content = read_model_file(path, MAX_DRIFT_BYTES, f"model {name!r}")
    try:
        return DriftReport.model_validate_json(content, extra="ignore")  # a newer Slate may add fields
    except ValidationError as error:
        raise NoDriftReportError(f"The drift report of the model {name!r} is malformed.") from error
