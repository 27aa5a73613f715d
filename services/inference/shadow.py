"""Lets the version in shadow read what the version in use has answered, and counts how often both show the same.

It takes answers after they were made, and asks the worker process of the long lane about many of them at once, when
that has nothing else to do. So no answer waits for the shadow, holds anything of it, or fails with it.
"""

import asyncio
from collections import Counter, deque
from dataclasses import dataclass

import structlog

from services.inference.catalog import Catalog
from services.inference.lanes.load import Load
from services.inference.lanes.long_lane import LongLane
from services.inference.metrics import Metrics
from services.inference.prediction import Answer, Prepared
from services.inference.recogniser import Recogniser
from services.inference.shadow_question import ShadowQuestion, Shown, choose_shown
from shared.recognition.model_version import Manifest

logger = structlog.get_logger(__name__)

CALLER = "shadow"
COLLECT_S = 0.5  # nobody waits for the shadow, and many images together cost less
BATCH = 32  # images: a question about them delays another one by some milliseconds
MAX_WAITING = 512  # images, 1 kB each
BUSY_SHARE = 0.25  # of the longest wait in the short lane: when answers wait longer than this, the shadow takes none


@dataclass(frozen=True)
class Answered:
    """An image, and what the version `model` showed for it."""

    prepared: Prepared
    model: str
    shown: Shown


class Shadow:
    """Use it in one event loop. `run` does the work, as a task."""

    def __init__(self, catalog: Catalog, short_load: Load, lane: LongLane, metrics: Metrics) -> None:
        self._catalog = catalog
        self._short_load = short_load
        self._lane = lane
        self._metrics = metrics
        self._waiting: deque[Answered] = deque()
        self._offered = asyncio.Event()

    def offer(self, recogniser: Recogniser, answer: Answer) -> None:
        """Note an answer, if a version runs in shadow of its own. It takes microseconds."""
        if self._catalog.find_shadow_of(recogniser) is None:
            return
        if len(self._waiting) >= MAX_WAITING or self._is_busy():
            self._metrics.shadow_skipped.inc()
            return
        manifest = recogniser.manifest
        shown = choose_shown(answer.digit, answer.digit_score, manifest.calibration)
        self._waiting.append(Answered(answer.prepared, manifest.reference, shown))
        self._offered.set()

    async def run(self) -> None:
        """Ask about what was offered, until the task is cancelled."""
        while True:
            await self._offered.wait()
            await asyncio.sleep(COLLECT_S)
            while self._waiting and not self._lane.load.units:
                await self._compare([self._waiting.popleft() for _ in range(min(BATCH, len(self._waiting)))])
            if not self._waiting:
                self._offered.clear()

    async def _compare(self, answered: list[Answered]) -> None:
        shadow = self._catalog.shadows.version
        if shadow is None:  # it has ended
            return
        question = ShadowQuestion(tuple(each.prepared for each in answered))
        try:
            shown = await self._lane.ask(CALLER, shadow.reference, question)
        except Exception as error:  # the version fails, whatever the reason, and must not fail again and again
            logger.exception("shadow_failed", model_version=shadow.reference)
            self._catalog.shadows.refuse(shadow.reference, f"It failed: {error}")
            return
        self._count(answered, shadow, shown)

    def _is_busy(self) -> bool:
        return self._short_load.expected_wait_s > BUSY_SHARE * self._short_load.max_wait_s

    def _count(self, answered: list[Answered], shadow: Manifest, shown: list[Shown]) -> None:
        pairs = zip(answered, shown, strict=True)
        counts = Counter((one.model, one.shown, one.shown == other) for one, other in pairs)
        for (model, seen, agreed), count in counts.items():
            words = "rejected" if seen is None else str(seen), "yes" if agreed else "no"
            self._metrics.shadow_answers.labels(model, shadow.reference, *words).inc(count)
