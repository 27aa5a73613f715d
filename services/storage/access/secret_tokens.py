"""Named tokens: random secrets of 256 bits, of which the database keeps the SHA-256.

A fast hash is enough, because nobody can guess 256 bits. The prefix lets scanners find a token that was published.
"""

import hashlib
import secrets

PREFIX = "slate_"


def make_secret() -> str:
    """Make a secret of 49 characters: `slate_` and 32 random bytes in base64url."""
    return PREFIX + secrets.token_urlsafe(32)


def hash_secret(secret: str) -> bytes:
    """Hash a secret → 32 bytes."""
    return hashlib.sha256(secret.encode()).digest()
