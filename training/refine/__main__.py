"""`make refine`: learns from what people labelled, and puts a new version in use if it reads nothing worse.

`python -m training.refine`; `--help` lists the options. docs/refining.md is the guide.
"""

import sys

from shared.recognition.model_version import Manifest, find_manifest
from training.command_line import run_command
from training.errors import RunError
from training.refine.fetch import FROZEN, forget_ended, freeze_drawings
from training.refine.judge import load_judge
from training.refine.learned import UNTIL, count_new, describe_learned, learned_until, parse_time
from training.refine.options import Options
from training.refine.outcome import Outcome, write_journal
from training.refine.probe import estimate_probabilities
from training.refine.refinement import learn_and_publish
from training.refine.report import make_table
from training.refine.run_record import RunRecord, find_last, forget_record, read_record, write_record
from training.refine.selection import select
from training.refine.suspected import send_suspected
from training.run_folder import RunFolder, open_run

LEAST_NEW = 40  # labels; fewer change a version by less than its noise


def refine(options: Options) -> Outcome:
    """Refine the version in use, or say why not. TrainingError or ModelVersionError with what is wrong."""
    current = find_manifest(options.models_dir, options.model)
    run = open_own_run(current, options)
    forget_ended(options.results_dir)
    with run.lock():
        outcome = refine_in(run, current, options)
        if outcome.ending != "nothing_to_learn":
            run.finished.write_text(outcome.message)
        (run.folder / FROZEN).unlink(missing_ok=True)  # people may delete their drawings; no copy outlives the run
    write_journal(outcome, options.models_dir, options.model)
    return outcome


def open_own_run(current: Manifest, options: Options) -> RunFolder:
    """Return the run to continue or a new one. A run that began with a version no longer in use is given up.

    RunError if the named run is finished.
    """
    run = open_run(options.results_dir, prefix_of(options), options.run)
    record = read_record(run)
    if record is None or record.start == current.reference:
        return run
    with run.lock():
        run.finished.write_text(f"given up, because {current.reference} is in use now and it began with {record.start}")
        forget_record(run)  # nothing was learned from its labels, so they stay new
    return open_run(options.results_dir, prefix_of(options))


def prefix_of(options: Options) -> str:
    """Return how the names of all runs of that model begin."""
    return f"refine-{options.model}"


def refine_in(run: RunFolder, current: Manifest, options: Options) -> Outcome:
    """Read the labels, set aside what is not to be trusted, and learn the rest if there is enough that is new."""
    drawings = freeze_drawings(run.folder, options.storage_url, options.storage_token)
    if not len(drawings):
        return Outcome("nothing_to_learn", "There are no labels yet, nothing to learn from.")
    selection = select(drawings, estimate_probabilities(drawings, load_judge(options.models_dir, current)))
    if read_record(run) is None:
        send_suspected(selection.suspected, current, options.storage_url, options.storage_token)
        since, last = find_since(current, options)
        new = count_new(drawings, selection, since)
        if new < LEAST_NEW:
            return Outcome("nothing_to_learn", describe_too_few(new, last), details={"new": new})
        if not len(selection.train):
            message = f"No label is left to learn from: {'; '.join(selection.describe())}."
            return Outcome("nothing_to_learn", message, details={"new": new})
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
    if outcome.comparisons:
        print(make_table(outcome.comparisons))
    print(outcome.message)


def main(arguments: list[str] | None = None) -> int:
    """Run `make refine` and return its exit status."""
    return run_command(Options, refine_and_print, arguments)


if __name__ == "__main__":
    sys.exit(main())
