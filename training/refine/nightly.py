"""`make refine-nightly` learns every night from the labels that came, and removes old versions.

`python -m training.refine.nightly --at 03:00 --keep 5`; all other options are those of `python -m training.refine`.
Before each refinement, it writes the drift report of the version in use. A refinement that fails is noted in the
journal of the model, and the next night tries again. SIGTERM ends it at once.
"""

import argparse
import logging
import os
import re
import signal
import sys
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from pathlib import Path

from pydantic_settings import SettingsError

from shared.recognition.journal import append_event
from shared.recognition.model_version import BUILT_IN_DEFAULT, ModelVersionError
from training.errors import TrainingError
from training.logs import configure_logs
from training.options import TrainingOptions
from training.refine.child import run_child
from training.refine.lock import only_one
from training.refine.pruning import WHO, prune

log = logging.getLogger("training.refine.nightly")  # `__name__` is "__main__" here

TIME = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")
REFINE = (sys.executable, "-m", "training.refine")
REPORT_DRIFT = (sys.executable, "-m", "training.drift", "report")
LONGEST_S = 6 * 3600.0  # of one refinement; it usually takes a quarter of an hour
LONGEST_DRIFT_S = 3600.0  # of one drift report; it usually takes a minute
LONGEST_WAIT_S = 60.0  # between two looks at the clock, which may be set or stand still while a laptop sleeps


@dataclass(frozen=True)
class Nightly:
    """When to refine which model, how many refined versions to keep, and the options of both commands.

    `storage_token` is empty if they find it in their environment.
    """

    at: time
    once: bool
    keep: int
    model: str
    models_dir: Path
    storage_token: str = field(repr=False)
    refine: tuple[str, ...]
    drift: tuple[str, ...]


def parse(arguments: Sequence[str] | None) -> Nightly:
    """Read the command line. It ends the program with a usage line if it is wrong."""
    parser = argparse.ArgumentParser(prog="python -m training.refine.nightly", description=__doc__, allow_abbrev=False)
    parser.add_argument("--at", type=parse_time, default=time(3), metavar="HH:MM", help="local time; default: 03:00")
    parser.add_argument("--once", action="store_true", help="refine now, once, and end")
    parser.add_argument("--keep", type=parse_count, default=5, help="refined versions to keep; default: 5")
    parser.add_argument("--model", default=BUILT_IN_DEFAULT, help="name under models")
    parser.add_argument("--models-dir", type=Path, default=TrainingOptions().models_dir)
    parser.add_argument("--storage-url", default=TrainingOptions().storage_url)
    parser.add_argument("--storage-token", default="", help="default: STORAGE_TOKEN")
    own, of_refine = parser.parse_known_args(arguments)
    places = ("--models-dir", str(own.models_dir), "--storage-url", own.storage_url)
    refine, drift = ("--model", own.model, *places, *of_refine), (own.model, *places)
    return Nightly(own.at, own.once, own.keep, own.model, own.models_dir, own.storage_token, refine, drift)


def parse_time(text: str) -> time:
    """`03:00` → the time."""
    if not (match := TIME.fullmatch(text)):
        raise argparse.ArgumentTypeError(f"{text!r} is not a time of day such as 03:00")
    return time(int(match[1]), int(match[2]))


def parse_count(text: str) -> int:
    """At least 1."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of at least 1")
    return int(text)


def find_next(now: datetime, at: time) -> datetime:
    """Return the next moment with that time of day, after `now`."""
    today = now.replace(hour=at.hour, minute=at.minute, second=0, microsecond=0)
    return today if today > now else today + timedelta(days=1)


def wait_until(moment: datetime, stop: threading.Event, now: Callable[[], datetime] = datetime.now) -> None:
    """Return at that moment, or when `stop` is set."""
    while not stop.is_set() and (left_s := (moment - now()).total_seconds()) > 0:
        stop.wait(min(left_s, LONGEST_WAIT_S))


def refine_once(nightly: Nightly, stop: threading.Event) -> bool:
    """Refine and remove old versions. Return whether it went well; the journal says what happened."""
    ended = run_child((*REFINE, *nightly.refine), stop, LONGEST_S)
    if ended.stopped:
        log.info("stopped; the next refinement continues")
        return True
    if ended.failure:
        log.error("the refinement failed: %s", ended.failure)
        note_failure(nightly, ended.failure)
    for version in prune(nightly.models_dir, nightly.model, nightly.keep):
        log.info("removed %s/%s", nightly.model, version)
    return not ended.failure


def note_failure(nightly: Nightly, why: str) -> None:
    """Write it into the journal. A full disk may make that impossible, and old versions are to be removed then too."""
    try:
        append_event(nightly.models_dir, nightly.model, "failed", who=WHO, why=why)
    except OSError as error:
        log.error("the journal does not have it: %s", error)


def report_drift(nightly: Nightly, stop: threading.Event) -> None:
    """Write the drift report. Without one, for example because the version has no counts, the night goes on."""
    ended = run_child((*REPORT_DRIFT, *nightly.drift), stop, LONGEST_DRIFT_S)
    if ended.failure:
        log.warning("there is no new drift report: %s", ended.failure)


def run(nightly: Nightly, stop: threading.Event) -> bool:
    """Refine once, or every night until `stop` is set. Return whether the last refinement went well."""
    went_well = True
    while not stop.is_set():
        if not nightly.once:
            moment = find_next(datetime.now(), nightly.at)
            log.info("the next refinement of %s begins at %s", nightly.model, f"{moment:%Y-%m-%d %H:%M}")
            wait_until(moment, stop)
            if stop.is_set():
                break
        try:
            report_drift(nightly, stop)
            went_well = stop.is_set() or refine_once(nightly, stop)
        except Exception:  # the disk is full, for example; the next night may be better
            log.exception("the night was not finished")
            went_well = False
        if nightly.once:
            break
    return went_well


def main(arguments: Sequence[str] | None = None) -> int:
    """Return the exit status: 0, or 1 if the last refinement failed or another process is at work."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    try:
        configure_logs()
        nightly = parse(arguments)
        if nightly.storage_token:  # both commands read it there, and no list of processes shows it a second time
            os.environ["STORAGE_TOKEN"] = nightly.storage_token
        with only_one(nightly.models_dir, nightly.model):
            return 0 if run(nightly, stop) else 1
    except (TrainingError, ModelVersionError, SettingsError, OSError) as error:
        print(error, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
