"""The token that the frontend shows to storage: made at the first start, kept, for its owner's eyes only."""

import os
import secrets
from pathlib import Path


def keep_storage_token(data_dir: Path) -> str:
    """The token in `data_dir/storage-token` (mode 600), made where there is none."""
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
