"""The package in clients/python can be built from the modules of the repository: they need httpx and pydantic only."""

import ast
import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest
import setuptools

ROOT = Path(__file__).parents[3]
PACKAGE = ROOT / "clients" / "python"
ALLOWED = {"httpx", "pydantic", "pydantic_core", "shared"}


@pytest.fixture
def build(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """setup.py, without running it."""
    monkeypatch.setattr(setuptools, "setup", lambda **options: None)
    spec = importlib.util.spec_from_file_location("build_of_the_client", PACKAGE / "setup.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_modules_of_the_package_import_nothing_else(build: ModuleType) -> None:
    modules = build.find_all(PACKAGE / "slate_client" / "__init__.py")
    assert {"shared.clients.async_inference", "shared.contracts.page", "shared.contracts.message"} <= modules
    for module in modules:
        assert module.startswith(("shared.clients.", "shared.contracts.")), module
        for node in ast.walk(ast.parse(build.find_file(module).read_text())):
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            imported = {name.split(".")[0] for name in names}
            assert imported <= ALLOWED | sys.stdlib_module_names, module


def test_the_names_of_modules_are_written_anew(build: ModuleType) -> None:
    text = "from shared.contracts.page import Page\nimport shared.web.x\n# as in shared.clients.patience"
    assert build.NAME.sub("slate_client.", text) == (
        "from slate_client.contracts.page import Page\nimport shared.web.x\n# as in slate_client.clients.patience"
    )
