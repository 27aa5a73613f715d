"""docs/operating.md names every setting of the services and of `make run`, and no others."""

import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

from pydantic_settings import BaseSettings

OPERATING = Path(__file__).parents[3] / "docs" / "operating.md"
VARIABLE = re.compile(r"`((?:SLATE|INFERENCE|STORAGE|FRONTEND)_[A-Z_]+)`")
WITH_SETTINGS = (
    "infra.local.settings",
    "services.frontend.settings",
    "services.inference.app",
    "services.storage.settings",
)


def find_variables(settings: type[BaseSettings] = BaseSettings) -> Iterator[str]:
    """The environment variables of this class of settings and of all that inherit from it."""
    prefix = settings.model_config.get("env_prefix", "")
    for name, field in settings.model_fields.items():
        yield str(field.validation_alias or f"{prefix}{name}".upper())
    for special in settings.__subclasses__():
        yield from find_variables(special)


def test_the_documented_variables_are_those_that_are_read() -> None:
    for module in WITH_SETTINGS:
        import_module(module)
    documented = set(VARIABLE.findall(OPERATING.read_text()))
    assert len(documented) > 20
    read = {name for name in find_variables() if VARIABLE.fullmatch(f"`{name}`")}  # training's are in training.md
    assert documented == read
