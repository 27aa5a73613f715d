"""The password of the local curator: made at random, shown once, kept as a scrypt hash (RFC 7914).

The hash is `scrypt$n$r$p$salt$key` with salt and key in base64.
"""

import base64
import hashlib
import secrets

N, R, P = 2**15, 8, 1  # 32 MiB and about 0.1 s
MAX_MEMORY = 64 * 1024 * 1024
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"  # without letters and digits that look alike
GROUPS, GROUP_LENGTH = 4, 6  # 24 characters of 31: 118 bits


def make_password() -> str:
    """Make a random password of four groups: `k3mzqp-…`."""
    groups = ("".join(secrets.choice(ALPHABET) for _ in range(GROUP_LENGTH)) for _ in range(GROUPS))
    return "-".join(groups)


def hash_password(password: str) -> str:
    """Hash a password with a random salt. It takes about 0.1 s of a processor."""
    salt = secrets.token_bytes(16)
    key = _derive(password, salt, N, R, P)
    return "$".join(["scrypt", str(N), str(R), str(P), *(base64.b64encode(part).decode() for part in (salt, key))])


def check_password(password: str, hashed: str) -> bool:
    """Whether the password has this hash. It takes about 0.1 s of a processor."""
    _, n, r, p, salt, key = hashed.split("$")
    derived = _derive(password, base64.b64decode(salt), int(n), int(r), int(p))
    return secrets.compare_digest(derived, base64.b64decode(key))


def _derive(password: str, salt: bytes, n: int, r: int, p: int) -> bytes:
    return hashlib.scrypt(password.encode(), salt=salt, n=n, r=r, p=p, maxmem=MAX_MEMORY)
