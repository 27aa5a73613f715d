"""API keys of inference: make one, and read the list of known keys from the settings.

`python -m services.inference.api_key NAME` prints a new key and its entry for INFERENCE_API_KEYS. The entry holds the
key's SHA-256, so that nobody can read a key out of the settings.
"""

import argparse
import re
import secrets
import sys
from dataclasses import dataclass
from hashlib import sha256

NAME = re.compile(r"[A-Za-z0-9._-]{1,64}")
DIGEST = re.compile(r"[0-9a-fA-F]{64}")
KEY_BYTES = 32  # as many random bits as a SHA-256 has


@dataclass(frozen=True, slots=True)
class ApiKey:
    """The owner's name and the SHA-256 of the key, 32 bytes. The key itself is not kept."""

    name: str
    digest: bytes


def parse_api_keys(entries: str) -> tuple[ApiKey, ...]:
    """Comma-separated `name:SHA-256` entries. A name may occur several times. ValueError."""
    stripped = [entry.strip() for entry in entries.split(",")]
    return tuple(_parse_entry(number, entry) for number, entry in enumerate(stripped, 1) if entry)


def _parse_entry(number: int, entry: str) -> ApiKey:
    """The ValueError gives the entry's number and not its text: by mistake, the text may be a key."""
    name, _, digest = entry.partition(":")
    if not NAME.fullmatch(name) or not DIGEST.fullmatch(digest):
        raise ValueError(
            f"entry {number} is not `name:SHA-256 in 64 hexadecimal digits`; "
            "`python -m services.inference.api_key NAME` makes one"
        )
    return ApiKey(name, bytes.fromhex(digest))


def make_key(name: str) -> tuple[str, str]:
    """A new random key, and its entry for INFERENCE_API_KEYS."""
    key = f"slate_{secrets.token_urlsafe(KEY_BYTES)}"
    return key, f"{name}:{sha256(key.encode()).hexdigest()}"


def main(arguments: list[str] | None = None) -> None:
    """Print a new key and the entry for the settings."""
    parser = argparse.ArgumentParser(prog="python -m services.inference.api_key", description="Make an API key.")
    parser.add_argument("name", help="owner of the key: 1 to 64 letters, digits, dots, dashes and underscores")
    name = parser.parse_args(arguments).name
    if not NAME.fullmatch(name):
        parser.error("a name has 1 to 64 letters, digits, dots, dashes and underscores")
    key, entry = make_key(name)
    sys.stdout.write(
        f"The key of {name}, which is shown only once:\n  {key}\n"
        f"Add this entry to INFERENCE_API_KEYS (comma-separated) and restart inference:\n  {entry}\n"
    )


if __name__ == "__main__":
    main()
