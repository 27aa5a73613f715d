"""docs/operating.md names every setting of the services and of `make run`, and no others."""

import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

from pydantic_settings import BaseSettings

ROOT = Path(__file__).parents[3]
OPERATING = ROOT / "docs" / "operating.md"
OF_COMPOSE = re.compile(r"\$\{(SLATE_[A-Z_]+)")
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


def find_classes(settings: type[BaseSettings] = BaseSettings) -> Iterator[type[BaseSettings]]:
    """All classes of settings of the services."""
    for special in settings.__subclasses__():
        yield special
        yield from find_classes(special)


def test_an_error_about_a_setting_does_not_show_a_secret() -> None:
    for module in WITH_SETTINGS:
        import_module(module)
    of_services = [settings for settings in find_classes() if settings.__module__.startswith("services.")]
    assert len(of_services) >= 4
    assert [one.__module__ for one in of_services if not one.model_config.get("hide_input_in_errors")] == []


def test_the_documented_variables_are_those_that_are_read() -> None:
    for module in WITH_SETTINGS:
        import_module(module)
    documented = set(VARIABLE.findall(OPERATING.read_text()))
    assert len(documented) > 20
    read = {name for name in find_variables() if VARIABLE.fullmatch(f"`{name}`")}  # training's are in training.md
    of_compose = {name for file in ROOT.glob("docker-compose*.yml") for name in OF_COMPOSE.findall(file.read_text())}
    assert documented == read | of_compose
