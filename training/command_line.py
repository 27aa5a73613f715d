"""Runs a training command: reads its options from the command line and reports errors as one sentence each."""

import sys
from collections.abc import Callable
from typing import TypeVar

from pydantic import ValidationError
from pydantic_settings import BaseSettings, CliApp, SettingsError

from shared.recognition.model_version import ModelVersionError
from training.errors import TrainingError
from training.logs import configure_logs

Options = TypeVar("Options", bound=BaseSettings)

REPORTED = (TrainingError, ModelVersionError, SettingsError, OSError)  # everything else is a bug, with a traceback
STOPPED = 130  # what a shell reports for a program that Ctrl-C ended


def run_command(options: type[Options], command: Callable[[Options], None], arguments: list[str] | None) -> int:
    """Return the exit status: 0, 1 after printing what is wrong to standard error, or 130 after Ctrl-C."""
    try:
        configure_logs()
        command(CliApp.run(options, arguments))
    except ValidationError as error:
        print("\n".join(describe_invalid_options(error)), file=sys.stderr)
        return 1
    except REPORTED as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Stopped.", file=sys.stderr)
        return STOPPED
    return 0


def describe_invalid_options(error: ValidationError) -> list[str]:
    """Return one line per invalid option. The given values are left out, because one of them may be a secret."""
    lines = []
    for problem in error.errors(include_input=False, include_url=False, include_context=False):
        option = f"--{problem['loc'][0]}: ".replace("_", "-").lower() if problem["loc"] else ""
        lines.append(f"{option}{problem['msg'].removeprefix('Value error, ')}.")
    return lines
