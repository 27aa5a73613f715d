"""Builds the package from the modules of the repository, so that the client exists only once.

It takes the modules that `slate_client/__init__.py` needs, directly or through each other, and writes `slate_client` in
place of `shared` in their imports. So the wheel brings no top-level package `shared` into anybody's environment.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

REPOSITORY = Path(__file__).resolve().parents[2]
SOURCE, PACKAGE = "shared", "slate_client"
NAME = re.compile(rf"\b{SOURCE}\.(?=clients\b|contracts\b)")


def find_modules(file: Path) -> Iterator[str]:
    """The modules of SOURCE that a file imports."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith(SOURCE + "."):
            yield node.module


def find_all(first: Path) -> set[str]:
    """The modules that a file needs, directly or through each other."""
    needed: set[str] = set()
    files = [first]
    while files:
        for module in set(find_modules(files.pop())) - needed:
            needed.add(module)
            files.append(find_file(module))
    return needed


def find_file(module: str) -> Path:
    """The file of a module. SystemExit if there is none, as outside of the repository."""
    file = REPOSITORY.joinpath(*module.split(".")).with_suffix(".py")
    if not file.is_file():
        raise SystemExit(f"There is no {file}. Build this package in a checkout of Slate.")
    return file


class BuildWithModules(build_py):
    """Adds the modules to what setuptools has copied."""

    def run(self) -> None:
        """Build the package."""
        super().run()
        target = Path(self.build_lib, PACKAGE)
        for module in find_all(Path(__file__).with_name(PACKAGE) / "__init__.py"):
            self._write(find_file(module), target.joinpath(*module.split(".")[1:]).with_suffix(".py"))
            self._write(find_file(module).with_name("__init__.py"), target / module.split(".")[1] / "__init__.py")
        self._write(target / "__init__.py", target / "__init__.py")

    def _write(self, source: Path, target: Path) -> None:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(NAME.sub(f"{PACKAGE}.", source.read_text(encoding="utf-8")), encoding="utf-8")


setup(cmdclass={"build_py": BuildWithModules})
