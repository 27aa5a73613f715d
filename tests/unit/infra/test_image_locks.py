"""Each image installs the versions of requirements.lock, all that its extra needs, and each with its hashes."""

import re
import tomllib
from importlib.metadata import distribution
from pathlib import Path

import pytest
from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[3]
IMAGES = {"services/storage": "storage", "services/frontend": "frontend", "services/inference": "inference-cpu"}
PINNED = re.compile(r"^([^\s=]+==\S+)[^\\\n]*(\\\n(?:    --hash=sha256:[0-9a-f]{64}(?: \\)?\n)+)?", re.MULTILINE)
AGAIN = "Run `make image-locks`."


def read_pins(lock: str) -> set[str]:
    return {pin for pin, _ in PINNED.findall((ROOT / lock).read_text())}


def find_requirements(name: str, extras: set[str]) -> list[Requirement]:
    """What an installed package, or this checkout, needs with these extras."""
    if name == "slate":
        project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
        optional = (line for extra in extras for line in project["optional-dependencies"][extra])
        return [Requirement(line) for line in (*project["dependencies"], *optional)]
    all_of_it = [Requirement(line) for line in distribution(name).requires or []]
    return [one for one in all_of_it if is_needed(one.marker, extras)]


def is_needed(marker: Marker | None, extras: set[str]) -> bool:
    return marker is None or any(marker.evaluate({"extra": extra}) for extra in {"", *extras})


def find_needed(name: str, extras: set[str], found: set[str]) -> set[str]:
    """The names of all packages that a package needs with these extras."""
    for requirement in find_requirements(name, extras):
        needed = canonicalize_name(requirement.name)
        if is_needed(requirement.marker, set()) and (needed not in found or requirement.extras):
            found.add(needed)
            find_needed(needed, requirement.extras, found)
    return found


@pytest.mark.parametrize("folder", [*IMAGES, "infra/postgres"])
def test_an_image_has_the_versions_of_the_lock_with_hashes(folder: str) -> None:
    text = (ROOT / folder / "requirements.lock").read_text()
    assert read_pins(f"{folder}/requirements.lock") <= read_pins("requirements.lock"), AGAIN
    assert [pin for pin, hashes in PINNED.findall(text) if not hashes] == []


@pytest.mark.parametrize("folder", IMAGES)
def test_an_image_has_every_package_that_its_extra_needs(folder: str) -> None:
    needed = find_needed("slate", {IMAGES[folder]}, set()) - {"slate"}
    locked = {canonicalize_name(pin.partition("==")[0]) for pin in read_pins(f"{folder}/requirements.lock")}
    assert needed - locked == set(), AGAIN
