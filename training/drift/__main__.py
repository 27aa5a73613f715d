"""The commands of drift: `describe` counts the validation data of a version, and `report` compares drawings with it.

`python -m training.drift report` prints its sentences and writes them for the Models page. It exits with 0 whether or
not the drawings differ, because other people's digits are no error.
"""

import sys
from datetime import UTC, datetime

from pydantic import Field
from pydantic_settings import CliPositionalArg, SettingsConfigDict

from shared.clients.service import ServiceClient
from shared.contracts.drift import DriftReport
from shared.recognition.model_version import BUILT_IN_DEFAULT
from training.command_line import run_command
from training.drift.describe import describe_version
from training.drift.report import DAYS, write_report
from training.errors import DataUnavailableError
from training.options import TrainingOptions

NOTHING_DIFFERS = "Nothing differs clearly from the validation data."
USAGE = "Usage: python -m training.drift describe NAME/VERSION | report [NAME]; --help after either says more."


class DescribeOptions(TrainingOptions):
    """Count the validation data of a version and add the counts to its manifest, so that drift can be reported."""

    model_config = SettingsConfigDict(cli_prog_name="python -m training.drift describe")

    reference: CliPositionalArg[str] = Field(description="`name/version`, or `name` for its current version")


class ReportOptions(TrainingOptions):
    """Compare the digits that the current version of a model read lately with its validation data.

    The report is printed and written to models/NAME/drift.json, which the Models page shows.
    """

    model_config = SettingsConfigDict(cli_prog_name="python -m training.drift report")

    name: CliPositionalArg[str] = Field(BUILT_IN_DEFAULT, description="the model")
    days: int = Field(DAYS, gt=0, description="how many days to look back")
    programs: bool = Field(False, description="also count drawings that other programs sent (source `api`)")


def describe(options: DescribeOptions) -> None:
    """Describe a version and say what was counted."""
    manifest = describe_version(options.reference, options)
    kinds = ", ".join(f"{sum(each['digit'])} {kind}" for kind, each in manifest.distributions.items())
    print(f"{manifest.reference}: counted {kinds} of its validation data.")


def report(options: ReportOptions) -> None:
    """Write the report and print it."""
    if not options.storage_token:
        raise DataUnavailableError("No token for storage was given: set STORAGE_TOKEN to that of a curator.")
    with ServiceClient(options.storage_url, api_key=options.storage_token) as storage:
        made = write_report(
            options.models_dir, options.name, storage, datetime.now(UTC), days=options.days, programs=options.programs
        )
    print(describe_report(made))


def describe_report(made: DriftReport) -> str:
    """Return the report as text, one sentence a line."""
    if made.note:
        return made.note
    compared = (
        f"{made.model}: compared {made.drawings:,} digits of {made.owners:,} owners since {made.since:%Y-%m-%d}; "
        f"{made.left_out:,} drawings are not digits or were sent by programs."
    )
    return "\n".join([compared, *(made.sentences or [NOTHING_DIFFERS])])


def main(arguments: list[str] | None = None) -> int:
    """Run the command and return its exit status."""
    command, *rest = arguments if arguments is not None else sys.argv[1:] or [""]
    match command:
        case "describe":
            return run_command(DescribeOptions, describe, rest)
        case "report":
            return run_command(ReportOptions, report, rest)
    print(USAGE, file=sys.stderr)
    return 0 if command in {"-h", "--help"} else 2


if __name__ == "__main__":
    sys.exit(main())
