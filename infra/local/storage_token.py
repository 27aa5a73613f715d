"""Creates and keeps the token of storage, which the frontend sends and which API callers need.

The first start writes it to the data folder. Only the owner can read the file.
"""

import os
import secrets
from pathlib import Path


def load_storage_token(data_dir: Path) -> str:
    """Read the token in `data_dir/storage-token` (mode 600), or create it if there is none."""
    path = data_dir / "storage-token"
    if path.exists() and (kept := path.read_text().strip()):
        return kept
    token = secrets.token_urlsafe(32)
    new = path.with_suffix(".new")
    new.unlink(missing_ok=True)
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(token + "\n")
    new.replace(path)
    return token
