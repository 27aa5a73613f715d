"""`make refine`: learns from what people labelled, and puts a new version in use if it reads nothing worse.

`python -m training.refine`; `--help` lists the options. docs/refining.md is the guide.
"""

import logging
import sys

from shared.recognition.model_version import Manifest, ModelVersionError, find_manifest
from training.command_line import run_command
from training.data.people_drawings import fetch_drawings
from training.errors import RunError, UnusableRunError
from training.refine.fetch import forget_drawings, forget_old, freeze_drawings, load_frozen
from training.refine.judge import load_judge
from training.refine.learned import UNTIL, count_new, describe_learned, learned_until, parse_time
from training.refine.lock import refine_alone
from training.refine.options import Options
from training.refine.outcome import Outcome, write_journal
from training.refine.probe import estimate_probabilities
from training.refine.refinement import learn_and_publish
from training.refine.report import make_table
from training.refine.run_record import RunRecord, find_last, forget_record, read_record, write_record
from training.refine.selection import select
from training.refine.suspected import send_suspected
from training.refine.written import end_written, find_written
from training.run_folder import RunFolder, open_run

log = logging.getLogger("training.refine")  # `__name__` is "__main__" here

LEAST_NEW = 40  # labels; fewer change a version by less than its noise


def refine(options: Options) -> Outcome:
    """Refine the version in use, or say why not. TrainingError or ModelVersionError with what is wrong."""
    find_in_use(options)  # before the lock, which would make the folder of a model that does not exist
    with refine_alone(options.models_dir, options.model):
        forget_old(options.results_dir)
        current = find_in_use(options)
        run = open_run(options.results_dir, prefix_of(options), options.run)
        try:
            return run_to_end(run, current, options)
        except UnusableRunError as error:
            if options.run is not None:
                raise
            give_up(run, str(error))
        return run_to_end(open_run(options.results_dir, prefix_of(options)), current, options)


def find_in_use(options: Options) -> Manifest:
    """Return the manifest of the version in use. RunError if there is none, or if it is gone or broken."""
    try:
        return find_manifest(options.models_dir, options.model)
    except ModelVersionError as error:
        raise RunError(
            f"{error} There is nothing to refine: `python -m training.promotion list` shows which versions there are, "
            "and `promote` puts one in use."
        ) from error


def run_to_end(run: RunFolder, current: Manifest, options: Options) -> Outcome:
    """Begin or continue the run, and write how it ended. UnusableRunError if it cannot be continued."""
    with run.lock():
        record = read_record(run)
        written = find_written(run, options.models_dir, options.model) if record else None
        if record and written:  # it was killed after that
            outcome = end_written(written, record.start, options.models_dir)
        elif record and record.start != current.reference:
            raise UnusableRunError(f"{current.reference} is in use now, and {run.folder} began with {record.start}.")
        else:
            outcome = refine_or_forget(run, record, current, options)
        write_journal(outcome, options.models_dir, options.model)
        if outcome.ending != "nothing_to_learn":
            run.finish(outcome.message)
        forget_drawings(run)
    return outcome


def give_up(run: RunFolder, reason: str) -> None:
    """End the run. Nothing was learned from its labels, so they stay new."""
    log.warning("%s is given up: %s", run.folder.name, reason)
    with run.lock():
        forget_record(run)
        forget_drawings(run)
        run.finish(f"given up: {reason}")


def prefix_of(options: Options) -> str:
    """Return how the names of all runs of that model begin."""
    return f"refine-{options.model}"


def refine_or_forget(run: RunFolder, record: RunRecord | None, current: Manifest, options: Options) -> Outcome:
    """Refine. If training did not even begin, nothing is kept, so that the next try reads the labels of then."""
    try:
        return refine_in(run, record, current, options)
    except BaseException:
        if not run.step(1).settings.exists():
            forget_record(run)
            forget_drawings(run)
        raise


def refine_in(run: RunFolder, record: RunRecord | None, current: Manifest, options: Options) -> Outcome:
    """Read the labels, set aside what is not to be trusted, and learn the rest if there is enough that is new."""
    drawings = load_frozen(run) if record else fetch_drawings(options.storage_url, options.storage_token)
    if not len(drawings):
        return Outcome("nothing_to_learn", "There are no labels yet, nothing to learn from.")
    selection = select(drawings, estimate_probabilities(drawings, load_judge(options.models_dir, current)))
    if record is None:
        send_suspected(selection.suspected, current, options.storage_url, options.storage_token)
        since, last = find_since(current, options)
        new = count_new(drawings, selection, since)
        if new < LEAST_NEW:
            return Outcome("nothing_to_learn", describe_too_few(new, last), details={"new": new})
        if not len(selection.train):
            message = f"No label is left to learn from: {'; '.join(selection.describe())}."
            return Outcome("nothing_to_learn", message, details={"new": new})
        freeze_drawings(run, drawings)
        until = str(describe_learned(drawings, selection)[UNTIL])
        write_record(run, RunRecord(start=current.reference, until=until, new=new))
    print("\n".join(selection.describe()))
    return learn_and_publish(drawings, selection, current, run, options)


def find_since(current: Manifest, options: Options) -> tuple[float, RunFolder | None]:
    """Return the time after which a label is new, and the last run that began with the version in use, if any."""
    last = find_last(options.results_dir, prefix_of(options), current.reference)
    since = learned_until(current)
    return (max(since, parse_time(last[1].until)), last[0]) if last else (since, None)


def describe_too_few(new: int, last: RunFolder | None) -> str:
    """Return the sentence for a run that does not begin."""
    sentence = f"{new} new {'label' if new == 1 else 'labels'}, nothing to gain yet: {LEAST_NEW} are needed."
    return f"{sentence} The last run ended so: {last.finished.read_text()}" if last else sentence


def refine_and_print(options: Options) -> None:
    """Refine and print the table and how it ended."""
    try:
        outcome = refine(options)
    except KeyboardInterrupt as stop:
        raise RunError("Stopped. The same command continues where it was.") from stop
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        raise RunError(
            f"{where}{error.strerror or error}. After that is mended, the same command continues."
        ) from error
    if outcome.comparisons:
        print(make_table(outcome.comparisons))
    print(outcome.message)


def main(arguments: list[str] | None = None) -> int:
    """Run `make refine` and return its exit status."""
    return run_command(Options, refine_and_print, arguments)


if __name__ == "__main__":
    sys.exit(main())
