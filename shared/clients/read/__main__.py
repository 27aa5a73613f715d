"""The command: arguments, a progress bar, and what the person is told at the end.

Exit code 0: every picture is read. 1: some have a problem or no answer. 2: the run stopped before its end. 130: Ctrl-C.
"""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from tqdm import tqdm

from shared.clients.command import CONTINUE, run_command, say
from shared.clients.inference import InferenceClient
from shared.clients.patience import Patience
from shared.clients.read.answers_file import AnswersFile, NotOurFileError
from shared.clients.read.pictures import Pictures, find_pictures
from shared.clients.read.reading import Answered, NotRead, StoppableClock, read_pictures
from shared.clients.read.rows import make_rows
from shared.clients.service import ServiceUnavailableError

PATIENCE = Patience(read_timeout_s=120, retry_for_s=300)  # nobody waits in front of it, and the service may restart
SHOWN = 10  # pictures without an answer that are named at the end
MOST_AT_ONCE = 64


def parse_arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    """The key is no argument, because other users of a machine can see the arguments of a process."""
    parser = argparse.ArgumentParser(
        prog="python -m shared.clients.read",
        description="Read the numbers on pictures (PNG, JPEG, WebP) through a running Slate, into a CSV file.",
        epilog="If the service needs an API key, set the environment variable SLATE_API_KEY.",
    )
    parser.add_argument("pictures", nargs="+", metavar="FILE_OR_FOLDER")
    parser.add_argument("--output", required=True, type=Path, help="CSV file; a run continues what is in it")
    parser.add_argument("--url", default="http://127.0.0.1:8001", help="address of inference (default: %(default)s)")
    parser.add_argument("--model", help="name or name/version (default: the service chooses)")
    parser.add_argument("--at-once", type=int, default=4, help="pictures in work at once (default: %(default)s)")
    parsed = parser.parse_args(arguments)
    if not 1 <= parsed.at_once <= MOST_AT_ONCE:
        parser.error(f"--at-once takes 1 to {MOST_AT_ONCE}")
    return parsed


def main(arguments: Sequence[str] | None = None) -> int:
    """Read all pictures → the exit code."""
    options = parse_arguments(arguments)

    def work() -> int:
        pictures = find_pictures(options.pictures)
        with AnswersFile(options.output) as answers:
            return read_all(pictures, answers, options)

    return run_command(work, NotOurFileError)


def read_all(pictures: Pictures, answers: AnswersFile, options: argparse.Namespace) -> int:
    """Read what `answers` does not have yet → the exit code. RefusedError, ServiceUnavailableError, OSError."""
    if pictures.left_out:
        kinds = ", ".join(f"{count} {suffix}" for suffix, count in pictures.left_out.most_common())
        say(f"Left out of the folders, because Slate reads PNG, JPEG and WebP: {kinds}.")
    left = [name for name in pictures.names if name not in answers.written.files]
    not_read: list[NotRead] = []
    problems, clock = answers.written.problems, StoppableClock()
    key = os.environ.get("SLATE_API_KEY")
    with InferenceClient(options.url, api_key=key, patience=PATIENCE, clock=clock) as client:
        if left and not client.is_ready():
            raise ServiceUnavailableError(f"No inference service is ready at {options.url}.")
        outcomes = read_pictures(left, client, clock, options.model, options.at_once)
        done = len(pictures.names) - len(left)
        bar = tqdm(outcomes, total=len(pictures.names), initial=done, unit=" pictures", disable=None)  # none in a log
        for outcome in bar:
            if isinstance(outcome, Answered):
                answers.add(make_rows(outcome.file, outcome.answer))
                problems += isinstance(outcome.answer, str)
                done += 1
            else:
                not_read.append(outcome)
    report(options.output, done, problems, not_read)
    return 1 if problems or not_read else 0


def report(output: Path, done: int, problems: int, not_read: Sequence[NotRead]) -> None:
    """Say what is in the file, and what is missing."""
    note = f" With a problem, which its last column names: {problems:,}." if problems else ""
    say(f"Pictures in {output}: {done:,}.{note}")
    if not_read:
        say(f"Pictures without an answer: {len(not_read):,}. {CONTINUE}")
    for each in not_read[:SHOWN]:
        say(f"  {each.file}: {each.reason}")


if __name__ == "__main__":
    sys.exit(main())
