"""`python -m services.storage.tokens` makes, lists, rotates and revokes the bearer tokens of programs.

A token is shown once, when it is made; the database keeps its hash. To replace a token without downtime, `rotate` makes
a second one of the same name and owner; when every program has it, `revoke-older` ends the others within seconds.
"""

import argparse
import re
import secrets
from collections.abc import Awaitable, Callable
from typing import cast, get_args

import asyncpg

from services.storage.access.secret_tokens import hash_secret, make_secret
from services.storage.command import WHO, run_command
from services.storage.queries import tokens as queries
from services.storage.queries.audit import write_audit
from shared.contracts.access import Scope

NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,62}")
SCOPES: tuple[Scope, ...] = get_args(Scope)
Work = Callable[[asyncpg.Connection], Awaitable[str]]


class RefusedError(Exception):
    """The command cannot be done. `str(error)` says why."""


def create(name: str, scopes: frozenset[Scope]) -> Work:
    """Make the first token of a name."""

    async def work(connection: asyncpg.Connection) -> str:
        if await _find_valid(connection, name):
            raise RefusedError(f"There is already a token {name}. `rotate` makes another one of this name.")
        return await _make(connection, name, scopes, "token_created")

    return work


def rotate(name: str) -> Work:
    """Make another token of a name. The tokens before stay valid."""

    async def work(connection: asyncpg.Connection) -> str:
        if not (valid := await _find_valid(connection, name)):
            raise RefusedError(f"There is no valid token {name}.")
        return await _make(connection, name, valid[-1].scopes, "token_rotated")

    return work


def revoke(name: str, *, older_only: bool = False) -> Work:
    """Revoke all tokens of a name, or all but the newest."""

    async def work(connection: asyncpg.Connection) -> str:
        valid = await _find_valid(connection, name)
        keep = valid[-1].hash if older_only and valid else None
        if not (revoked := await queries.revoke_tokens(connection, name, keep=keep)):
            raise RefusedError(f"There is no {'older' if older_only else 'valid'} token {name}.")
        await write_audit(connection, WHO, "token_revoked", {"name": name, "tokens": revoked})
        return f"{revoked} revoked. It takes up to 5 seconds until every copy of storage knows."

    return work


async def describe_all(connection: asyncpg.Connection) -> str:
    """List all tokens, one a line: name, rights, when made, when used, whether revoked."""
    lines = [
        f"{one.name:<24} {','.join(sorted(one.scopes)):<32} made {one.created_at:%Y-%m-%d}  "
        f"used {one.last_used or 'never'}" + (f"  revoked {one.revoked_at:%Y-%m-%d}" if one.revoked_at else "")
        for one in await queries.read_all_tokens(connection)
    ]
    return "\n".join(lines) or "There is no token."


def renew_signing_key(*, end_sessions: bool) -> Work:
    """Make a new key for the tokens of visitors and curators; with `end_sessions`, theirs until now become invalid."""

    async def work(connection: asyncpg.Connection) -> str:
        key_id = await queries.insert_signing_key(connection, secrets.token_bytes(32))
        if end_sessions:
            await queries.retire_other_keys(connection, key_id)
        await write_audit(connection, WHO, "signing_key_renewed", {"end_sessions": end_sessions})
        return "Made. It takes up to 5 seconds until every copy of storage knows."

    return work


async def _find_valid(connection: asyncpg.Connection, name: str) -> list[queries.NamedToken]:
    valid = [one for one in await queries.read_valid_tokens(connection) if one.name == name]
    return sorted(valid, key=lambda one: one.created_at)


async def _make(connection: asyncpg.Connection, name: str, scopes: frozenset[Scope], action: str) -> str:
    secret = make_secret()
    await queries.insert_token(connection, name, hash_secret(secret), scopes)
    await write_audit(connection, WHO, action, {"name": name, "scopes": ",".join(sorted(scopes))})
    return secret


def _parse_name(text: str) -> str:
    if not NAME.fullmatch(text):
        raise argparse.ArgumentTypeError("use up to 63 lower-case letters, digits, dots, dashes and underscores")
    return text


def _parse_scopes(text: str) -> frozenset[Scope]:
    given = {part.strip() for part in text.split(",")}
    if not given <= set(SCOPES):
        raise argparse.ArgumentTypeError(f"use some of {','.join(SCOPES)}")
    return frozenset(cast("set[Scope]", given))


def _make_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m services.storage.tokens", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("list", help="every token, also the revoked ones")
    for command, sentence in {
        "create": "make the first token of a name and print it",
        "rotate": "make another token of the name and print it; the ones before stay valid",
        "revoke": "end every token of the name",
        "revoke-older": "end every token of the name but the newest",
    }.items():
        commands.add_parser(command, help=sentence).add_argument("name", type=_parse_name)
    commands.choices["create"].add_argument("--scopes", type=_parse_scopes, required=True, help=",".join(SCOPES))
    renew = commands.add_parser("renew-signing-key", help="a new key for the tokens of visitors and curators")
    renew.add_argument("--end-sessions", action="store_true", help="make all tokens until now invalid")
    return parser


def choose_work(arguments: list[str] | None = None) -> Work:
    """Translate the command line to what is to be done. SystemExit if it is wrong."""
    given = _make_parser().parse_args(arguments)
    match given.command:
        case "list":
            return describe_all
        case "create":
            return create(given.name, given.scopes)
        case "rotate":
            return rotate(given.name)
        case "renew-signing-key":
            return renew_signing_key(end_sessions=given.end_sessions)
        case _:
            return revoke(given.name, older_only=given.command == "revoke-older")


if __name__ == "__main__":
    try:
        print(run_command(choose_work()))  # noqa: T201  the token is shown here and nowhere else
    except RefusedError as refusal:
        raise SystemExit(str(refusal)) from None
