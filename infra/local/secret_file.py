"""Creates and keeps the secrets of a stack: the tokens of the installation and of the page, and the key of promotions.

The first start writes each to a file in the data folder. Only the owner can read the files.
"""

import os
import secrets
from pathlib import Path


def load_secret(data_dir: Path, name: str) -> str:
    """Read the secret in `data_dir/name` (mode 600), or create it if there is none."""
    path = data_dir / name
    if path.exists() and (kept := path.read_text().strip()):
        return kept
    secret = secrets.token_urlsafe(32)
    new = path.with_suffix(".new")
    new.unlink(missing_ok=True)
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(secret + "\n")
    new.replace(path)
    return secret
