"""`python -m infra.env_file`: `.env` for `make up`, from `.env.example`, with a random value for each secret.

An existing `.env` is never touched. Runs before there is a virtual environment: the standard library only.
"""

import os
import re
import secrets
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[1]
EMPTY_SECRET = re.compile(r"^(POSTGRES_PASSWORD|STORAGE_TOKEN)=$", re.MULTILINE)


def fill_secrets(example: str) -> str:
    """Every empty secret gets 32 random bytes in hexadecimal, which a database URL holds unescaped."""
    return EMPTY_SECRET.sub(lambda secret: f"{secret[1]}={secrets.token_hex(32)}", example)


def write_env_file(folder: Path) -> bool:
    """→ whether `folder/.env` (mode 600) was made; false when there is one already."""
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
        print("wrote .env with new secrets; `make up` reads its settings there")
