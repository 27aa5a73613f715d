"""Runs a soak: the stack, the load, the faults, a refinement, and the comparison at the end."""

import asyncio
import contextlib
import shutil
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median
from urllib.parse import quote

import httpx

from benchmarks.learning.versions import ROOT
from benchmarks.soak.browser import Visits
from benchmarks.soak.faults import Places, schedule
from benchmarks.soak.growth import compare
from benchmarks.soak.ledger import Ledger, balance
from benchmarks.soak.load import SAVE_FOR_S, Load
from benchmarks.soak.pictures import draw_digits, draw_pages
from benchmarks.soak.ramp import find_sustainable_rate
from benchmarks.soak.refining import refine
from benchmarks.soak.report import describe
from benchmarks.soak.result import Happened, Result
from benchmarks.soak.samples import Sampler
from tests.e2e.stack import TOKEN, Stack, wait_until
from tests.faults.linked_stack import running_linked_stack

LIMITS = httpx.Limits(max_connections=2000, max_keepalive_connections=50)
DRAIN_S = 40.0  # after the load has ended: the second tries
NO_CERTIFICATES = False  # the services speak plain HTTP here


@dataclass(frozen=True)
class Options:
    """How long, how fast, and from what."""

    minutes: int
    most: float  # predictions per second of the ramp
    refine_minutes: float
    data_dir: Path
    samples: Path


def soak(options: Options, say: Callable[[str], None]) -> Result:
    """Run it all. `say` gets a line for each fault."""
    with tempfile.TemporaryDirectory(prefix="slate-soak-") as name:
        models_dir = Path(name) / "models"
        shutil.copytree(ROOT / "models", models_dir)
        settings = {"INFERENCE_MODELS_DIR": str(models_dir), "OMP_NUM_THREADS": "1"}
        with running_linked_stack(**settings) as (stack, links):
            return asyncio.run(_soak(Places(stack, links, models_dir), options, say))


async def _soak(places: Places, options: Options, say: Callable[[str], None]) -> Result:
    stack, ledger = places.stack, Ledger()
    async with _clients(stack) as (inference, storage, frontend):
        digits, pages = draw_digits(options.data_dir), draw_pages(options.data_dir)
        loads = partial(Load, inference, storage, frontend, digits, pages, ledger)
        visits = Visits(stack, ledger)
        visits.start()
        sustainable = await find_sustainable_rate(loads, options.most)
        rate = max(1.0, sustainable / 2)
        say(f"sustainable: {sustainable:.0f} predictions/s of at most {options.most:.0f}; the load: {rate:.0f}")
        load, began = loads(), time.monotonic()
        sampler = Sampler(stack.process.pid, began, options.samples)
        sampler.start()
        happened, refinement = await _go_through(load, rate, places, options, began, say)
        await asyncio.to_thread(visits.stop)
        samples = sampler.stop()
        await asyncio.to_thread(wait_until, lambda: all(map(stack.is_ready, stack.ports)), "every service ready")
    await asyncio.sleep(5)  # the outbox sends what it has, and storage folds its counts
    return Result(
        minutes=options.minutes,
        sustainable=sustainable,
        rate=rate,
        most=options.most,
        machine_load=median(sampler.loads),
        tallies=load.tallies,
        changed_answers=load.changed_answers,
        longest_save_s=load.longest_save_s,
        unsaved=load.unsaved,
        visits=visits.done,
        failed_visits=visits.failed,
        longest_visit_s=visits.longest_s,
        books=await balance(_database_url(stack), ledger),
        growths=compare(samples, options.minutes),
        happened=happened,
        refinement=refinement,
    )


async def _go_through(
    load: Load, rate: float, places: Places, options: Options, began: float, say: Callable[[str], None]
) -> tuple[list[Happened], str]:
    """Send the load while one fault follows another → the faults, and what the refinement said."""
    loading = asyncio.create_task(load.run(rate))
    refining: asyncio.Task[str] | None = None
    happened = []
    for minute, fault in enumerate(schedule(places, options.minutes)):
        await asyncio.sleep(max(0.0, began + minute * 60 + 10 - time.monotonic()))
        if minute == options.minutes // 2:
            work = refine(places.stack, places.models_dir, options.data_dir, options.refine_minutes)
            refining = asyncio.create_task(work)
        moment = time.monotonic()
        failed = ""
        try:
            await asyncio.to_thread(fault.happen)
        except (OSError, AssertionError, RuntimeError) as error:
            failed = f" (not caused: {error})"
        happened.append(Happened(fault.name, moment - began, moment, failed))
        say(f"{describe(happened[-1])}  {_describe(load)}")
        if loading.done():
            loading.result()
    await asyncio.sleep(max(0.0, began + options.minutes * 60 - time.monotonic()))
    load.is_over = True
    await asyncio.wait_for(loading, DRAIN_S + SAVE_FOR_S)
    return happened, await refining if refining else "none"


def _describe(load: Load) -> str:
    parts = [
        f"{tally.asked} asked, {len(tally.first_failures)} failed, {tally.lost.total()} lost"
        for tally in load.tallies[:2]
    ]
    return f"{'; '.join(parts)}; {len(load.ledger.drawings)} rows"


@contextlib.asynccontextmanager
async def _clients(stack: Stack) -> AsyncIterator[tuple[httpx.AsyncClient, ...]]:
    headers = {"Authorization": f"Bearer {TOKEN}"}
    async with contextlib.AsyncExitStack() as opened:
        yield tuple(
            [
                await opened.enter_async_context(
                    httpx.AsyncClient(
                        base_url=stack.url(service), headers=one, limits=LIMITS, timeout=60, verify=NO_CERTIFICATES
                    )
                )
                for service, one in (("inference", {}), ("storage", headers), ("frontend", {}))
            ]
        )


def _database_url(stack: Stack) -> str:
    return f"postgresql://postgres@/slate?host={quote(str(stack.folder / 'data' / 'run'))}"
