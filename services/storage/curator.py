"""`python -m services.storage.curator` makes the local curator's password and prints it, once.

The local curator is for installations without an OpenID provider. A second run changes nothing, so that every start of
an installation may call it; `--reset` makes another password.
"""

import argparse
import os

import asyncpg

from services.storage.access.passwords import hash_password, make_password
from services.storage.command import WHO, run_command
from services.storage.queries.audit import write_audit
from services.storage.queries.sign_ins import set_first_password, set_password

KEPT = "The local curator has a password already. With `--reset` you get another one."


async def make_first(connection: asyncpg.Connection) -> str | None:
    """Make the password if there is none → the password; None if there is one."""
    password = make_password()
    if not await set_first_password(connection, hash_password(password)):
        return None
    await write_audit(connection, WHO, "curator_password_made", {})
    return password


async def reset(connection: asyncpg.Connection) -> str:
    """Make another password → it. Curators who are signed in stay so for at most 12 hours."""
    password = make_password()
    await set_password(connection, hash_password(password))
    await write_audit(connection, WHO, "curator_password_reset", {})
    return password


def main() -> None:
    """Print the password, or that there is one already."""
    parser = argparse.ArgumentParser(prog="python -m services.storage.curator", description=__doc__)
    parser.add_argument("--reset", action="store_true", help="make another password")
    parser.add_argument(
        "--quiet", action="store_true", help="do nothing if there is a password already, or an OpenID provider"
    )
    arguments = parser.parse_args()
    if arguments.quiet and os.environ.get("STORAGE_OIDC_METADATA_URL"):
        return  # curators sign in with the provider
    password = run_command(reset if arguments.reset else make_first)
    if password is not None:
        print(f"The password of the local curator, shown only now: {password}")  # noqa: T201  it is for a person
    elif not arguments.quiet:
        print(KEPT)  # noqa: T201


if __name__ == "__main__":
    main()
