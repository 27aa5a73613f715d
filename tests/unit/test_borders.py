"""shared.contracts may import pydantic and the standard library only, because every service imports it."""

import ast
from pathlib import Path

ALLOWED = {
    "base64",
    "binascii",
    "collections",
    "datetime",
    "pydantic",
    "pydantic_core",
    "re",
    "shared",
    "typing",
    "uuid",
}
CONTRACTS = Path(__file__).parents[2] / "shared" / "contracts"


def imported_packages(path: Path) -> set[str]:
    modules: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            modules |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            modules.add(node.module)
    return {module.partition(".")[0] for module in modules}


def test_contracts_import_pydantic_and_the_standard_library_only() -> None:
    imported = set().union(*[imported_packages(path) for path in CONTRACTS.glob("*.py")])
    assert imported <= ALLOWED
