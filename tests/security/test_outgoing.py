"""The services open connections to addresses that the operator has set, and to no others."""

import ast
from pathlib import Path

ROOT = Path(__file__).parents[2]
NETWORK = {"httpx", "openai", "requests", "aiohttp", "socket", "urllib.request", "http.client", "urllib3", "websockets"}
OUTGOING = {  # module → where the address comes from
    "services/storage/access/openid.py": "STORAGE_OIDC_METADATA_URL, and the keys that this document names",
    "services/inference/upstream/openai_chat.py": "INFERENCE_OPENAI_BASE_URL",
    "services/frontend/storage_client.py": "FRONTEND_STORAGE_URL",
    "services/frontend/views/api/exchange.py": "FRONTEND_INFERENCE_URL",
    "shared/clients/service.py": "the address that the program gives to its client",
    "shared/clients/async_inference.py": "the address that the program gives to its client",
    "shared/clients/patience.py": "only the errors of httpx",
    "shared/is_ready.py": "the container itself",
}


def list_imports(path: Path) -> set[str]:
    """The modules that a file imports, `urllib.request` as a whole."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found


def find_outgoing() -> set[str]:
    """The modules of the services, and of what they share, that can open a connection."""
    files = [path for folder in ("services", "shared") for path in (ROOT / folder).rglob("*.py")]
    return {str(path.relative_to(ROOT)) for path in files if NETWORK & list_imports(path)}


def test_no_other_module_can_open_a_connection() -> None:
    assert find_outgoing() == set(OUTGOING)


def test_no_connection_follows_a_redirect_to_an_address_that_nobody_set() -> None:
    for path in OUTGOING:
        assert "follow_redirects=True" not in (ROOT / path).read_text()
