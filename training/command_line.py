"""What the commands of training share: options from the command line, and a sentence for what can't be done."""

import sys
from collections.abc import Callable
from typing import TypeVar

from pydantic import ValidationError
from pydantic_settings import BaseSettings, CliApp, SettingsError

from shared.recognition.model_version import ModelVersionError
from training.datasets.labelled_images import DataUnavailableError
from training.logs import configure_logs

AnySettings = TypeVar("AnySettings", bound=BaseSettings)


def run_command(
    options: type[AnySettings],
    command: Callable[[AnySettings], None],
    arguments: list[str] | None,
    *failures: type[Exception],
) -> int:
    """The exit status: 1 where an option is wrong, or the command raised one of its `failures` or could not write."""
    expected: tuple[type[Exception], ...] = (DataUnavailableError, ModelVersionError, SettingsError, OSError, *failures)
    try:
        configure_logs()
        command(CliApp.run(options, arguments))
    except ValidationError as error:
        print("\n".join(describe_wrong_options(error)), file=sys.stderr)
        return 1
    except expected as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def describe_wrong_options(error: ValidationError) -> list[str]:
    """A line for each; not what was given, which may be a secret."""
    lines = []
    for wrong in error.errors(include_input=False, include_url=False, include_context=False):
        option = f"--{wrong['loc'][0]}: ".replace("_", "-").lower() if wrong["loc"] else ""
        lines.append(f"{option}{wrong['msg'].removeprefix('Value error, ')}.")
    return lines
