"""`python -m infra.env_file` writes `.env`, the settings of `make up`: a copy of `.env.example` with random secrets.

It never changes an existing `.env`. It needs the standard library only, because it runs without a virtual environment.
"""

import os
import re
import secrets
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[1]
EMPTY_SECRET = re.compile(
    r"^(POSTGRES(?:_SERVICE)?_PASSWORD|STORAGE(?:_PAGE)?_TOKEN|STORAGE_PROMOTION_KEY)=$", re.MULTILINE
)


def fill_secrets(example: str) -> str:
    """Fill every empty secret with 32 random bytes in hexadecimal, which needs no escaping in a database URL."""
    return EMPTY_SECRET.sub(lambda secret: f"{secret[1]}={secrets.token_hex(32)}", example)


def write_env_file(folder: Path) -> bool:
    """Write `folder/.env` with mode 600. Return False if it already exists."""
    content = fill_secrets((folder / ".env.example").read_text())
    try:
        descriptor = os.open(folder / ".env", os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return False
    with os.fdopen(descriptor, "w") as file:
        file.write(content)
    return True


if __name__ == "__main__":
    if write_env_file(REPOSITORY):
        print("Wrote .env with new secrets. `make up` reads its settings from this file.")
