"""Makes the drift report of a model: reads the drawings of the last days, compares them, and writes drift.json.

`python -m training.drift report` calls it, also each night before a refinement.
"""

from datetime import datetime, timedelta
from pathlib import Path

from shared.clients.service import ServiceClient
from shared.contracts.drift import ComparedDistribution, DriftReport, Measure
from shared.contracts.message import ModelVersion
from shared.contracts.storage import Source
from shared.recognition.drift_file import write_drift_report
from shared.recognition.model_version import Manifest, find_manifest
from training.drift.comparison import MIN_DRAWINGS, compare
from training.drift.histograms import EDGES, count
from training.drift.recent_drawings import RecentDrawings, read_recent_drawings
from training.drift.reference import Distributions, choose_counts, mix
from training.drift.sentences import write_sentence
from training.errors import DataUnavailableError

DAYS = 7
MOST_DRAWINGS = 2_000  # the newest
SOURCES: tuple[Source, ...] = ("canvas", "upload", "camera", "api")
TOO_FEW = "{count} drawn digits by {model} in {days} days: at least {least} are needed to compare them."


def write_report(
    models_dir: Path, name: str, storage: ServiceClient, now: datetime, *, days: int = DAYS, programs: bool = False
) -> DriftReport:
    """Compare the drawings that the current version of `name` read with its validation data, and write the report.

    DataUnavailableError if storage cannot be read or the version was never described; ModelVersionError if there is no
    such model.
    """
    manifest = find_manifest(models_dir, name)
    check_described(manifest)
    since = now - timedelta(days=days)
    recent = read_recent_drawings(storage, manifest.reference, since, MOST_DRAWINGS, programs=programs)
    report = make_report(manifest, recent, since, now)
    write_drift_report(models_dir, report)
    return report


def check_described(manifest: Manifest) -> None:
    """DataUnavailableError if the manifest has no distributions in the bins of today."""
    bins = {(measure, len(counts)) for each in manifest.distributions.values() for measure, counts in each.items()}
    if not bins or not bins <= {(measure, len(edges) - 1) for measure, edges in EDGES.items()}:
        raise DataUnavailableError(
            f"The manifest of {manifest.reference} does not say what its validation data look like: run "
            f"`python -m training.drift describe {manifest.reference}` first."
        )


def make_report(manifest: Manifest, recent: RecentDrawings, since: datetime, now: datetime) -> DriftReport:
    """Compare every measure that both have. Nothing is compared if the drawings are too few."""
    enough = len(recent) >= MIN_DRAWINGS
    note = TOO_FEW.format(count=len(recent), model=manifest.reference, days=(now - since).days, least=MIN_DRAWINGS)
    compared = [compare_measure(measure, manifest.distributions, recent) for measure in EDGES] if enough else []
    return DriftReport(
        model=ModelVersion(name=manifest.name, version=manifest.version),
        created_at=now.replace(microsecond=0),
        since=since.replace(microsecond=0),
        drawings=len(recent),
        left_out=recent.left_out,
        owners=len(recent.owners),
        note=None if enough else note,
        distributions=[each for each in compared if each],
    )


def compare_measure(
    measure: Measure, distributions: Distributions, recent: RecentDrawings
) -> ComparedDistribution | None:
    """Compare the drawings whose source has validation data with this measure. None if there are no such drawings."""
    known = [source for source in SOURCES if choose_counts(distributions, measure, source) is not None]
    values, sources = recent.select(measure, known)
    if not sources:
        return None
    comparison = compare(measure, count(measure, values), mix(distributions, measure, sources))
    return ComparedDistribution(
        measure=measure,
        edges=list(EDGES[measure]),
        drawings=comparison.drawings.tolist(),
        validation=[round(float(share), 5) for share in comparison.validation],
        index=round(max(0.0, comparison.index), 4),
        sentence=write_sentence(comparison),
    )
