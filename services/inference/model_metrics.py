"""Keeps the metrics about the folder of models: versions in use, pointers that fail, the journals, the free disk.

Refinements run in another program at night. Their outcome is in the journals, so the service reports it from there.
"""

import asyncio
import shutil
from pathlib import Path

import structlog

from services.inference.catalog import Catalog
from services.inference.metrics import Metrics
from shared.recognition.journal import JOURNAL, read_journal

logger = structlog.get_logger(__name__)

EVERY_S = 5.0


class ModelMetrics:
    """Use it in one event loop. `run` does the work, as a task."""

    def __init__(self, models_dir: Path, catalog: Catalog, metrics: Metrics) -> None:
        self._models_dir = models_dir
        self._catalog = catalog
        self._metrics = metrics
        self._in_use: dict[str, str] = {}  # as last reported
        self._journals: dict[str, float] = {}  # name of a model → when its journal was changed, as last read

    async def run(self) -> None:
        """Report every few seconds, until the task is cancelled."""
        while True:
            try:
                self._report_catalog()
                await asyncio.to_thread(self._report_folder)
            except Exception:  # the folder may be away for a while
                logger.exception("models_not_measured")
            await asyncio.sleep(EVERY_S)

    def _report_catalog(self) -> None:
        in_use = self._catalog.in_use
        for name, version in self._in_use.items():
            if in_use.get(name) != version:  # processes that share a port cannot remove a label
                self._metrics.model_in_use.labels(name, version).set(0)
        for name, version in in_use.items():
            self._metrics.model_in_use.labels(name, version).set(1)
        self._in_use = in_use
        self._metrics.models_unusable.set(len(self._catalog.unusable))
        self._metrics.models_looked_at.set(self._catalog.refreshed_at)

    def _report_folder(self) -> None:
        disk = shutil.disk_usage(self._models_dir)
        self._metrics.disk_free_ratio.labels("models").set(disk.free / disk.total)
        for journal in self._models_dir.glob(f"*/{JOURNAL}"):
            changed, name = journal.stat().st_mtime, journal.parent.name
            if self._journals.get(name) == changed:
                continue
            for entry in read_journal(self._models_dir, name):
                self._metrics.model_events.labels(name, entry.event).set(entry.at.timestamp())
            self._journals[name] = changed
