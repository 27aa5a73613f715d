"""The commands for named tokens, and how soon and where their effect is seen."""

import asyncio
import json
import os
import subprocess
import sys

import pytest

from services.storage.access.authenticator import MAX_AGE_S
from services.storage.lanes import ROWS


@pytest.fixture
def command(database_url):
    """Return a function that runs `python -m services.storage.<module>` on the database → its output."""

    async def command(module: str, *arguments: str, code: int = 0) -> str:
        ran = await asyncio.to_thread(
            subprocess.run,
            [sys.executable, "-m", f"services.storage.{module}", *arguments],
            env={**os.environ, "STORAGE_DATABASE_URL": database_url},
            capture_output=True,
            text=True,
        )
        assert ran.returncode == code, ran.stderr
        return (ran.stdout if code == 0 else ran.stderr).strip()

    return command


async def ask(installation, token: str) -> int:
    return (await (await installation.with_token(token)).get("/v1/me")).status_code


async def test_a_made_token_has_the_rights_it_was_made_with_and_only_its_hash_is_kept(command, install):
    secret = await command("tokens", "create", "lab", "--scopes", "read,write")
    installation = await install()
    me = (await (await installation.with_token(secret)).get("/v1/me")).json()
    assert (me["scopes"], me["owns"], me["curator"]) == (["read", "write"], True, None)

    async def read(connection) -> list[str]:
        return [str(dict(record)) for record in await connection.fetch("SELECT * FROM tokens")]

    [row] = await installation.app.state.database.run(ROWS, read)
    assert secret not in row
    assert "last_used': datetime.date" in row


async def test_a_token_is_rotated_without_downtime_and_then_the_old_one_ends(command, install):
    old = await command("tokens", "create", "lab", "--scopes", "read")
    new = await command("tokens", "rotate", "lab")
    installation = await install()
    assert [await ask(installation, token) for token in (old, new)] == [200, 200]
    await command("tokens", "revoke-older", "lab")
    installation.forget_tokens()
    assert [await ask(installation, token) for token in (old, new)] == [401, 200]
    await command("tokens", "revoke", "lab")
    installation.forget_tokens()
    assert [await ask(installation, token) for token in (old, new)] == [401, 401]


async def test_a_revoked_token_ends_when_the_known_tokens_are_too_old(command, install):
    now = 0.0
    installation = await install()
    installation.app.state.authenticator._monotonic = lambda: now
    token = await command("tokens", "create", "lab", "--scopes", "read")
    assert await ask(installation, token) == 200
    await command("tokens", "revoke", "lab")
    now += MAX_AGE_S
    assert await ask(installation, token) == 200
    now += 0.001
    assert await ask(installation, token) == 401


async def test_every_change_is_in_the_audit_without_the_secret(command):
    secrets = [await command("tokens", "create", "lab", "--scopes", "read"), await command("tokens", "rotate", "lab")]
    await command("tokens", "revoke", "lab")
    lines = await command("audit")
    assert [json.loads(line)["action"] for line in lines.splitlines()] == [
        "token_revoked", "token_rotated", "token_created",
    ]  # fmt: skip
    assert [secret for secret in secrets if secret in lines] == []


async def test_the_list_shows_names_and_rights_and_no_secret(command):
    secret = await command("tokens", "create", "lab", "--scopes", "read,curate")
    listed = await command("tokens", "list")
    assert "lab" in listed
    assert "curate,read" in listed
    assert secret not in listed


@pytest.mark.parametrize(
    "arguments",
    [("create", "Lab!", "--scopes", "read"), ("create", "lab", "--scopes", "root"), ("create", "lab"), ("delete",)],
    ids=" ".join,
)
async def test_a_wrong_command_line_is_refused_in_words(command, arguments):
    assert "Traceback" not in await command("tokens", *arguments, code=2)


async def test_a_name_that_exists_or_does_not_is_refused_in_one_sentence(command):
    assert await command("tokens", "rotate", "lab", code=1) == "There is no valid token lab."
    await command("tokens", "create", "lab", "--scopes", "read")
    refusal = await command("tokens", "create", "lab", "--scopes", "read", code=1)
    assert refusal.startswith("There is already a token lab.")


async def test_a_new_signing_key_keeps_or_ends_what_the_old_one_signed(command, install):
    installation = await install()
    token = (await (await installation.page()).post("/v1/visitors", json={})).json()["token"]
    await command("tokens", "renew-signing-key")
    installation.forget_tokens()
    assert await ask(installation, token) == 200
    await command("tokens", "renew-signing-key", "--end-sessions")
    installation.forget_tokens()
    assert await ask(installation, token) == 401


async def test_the_curators_password_is_shown_once_and_works(command, install):
    page = await (await install()).page()
    said = await command("curator", "--quiet")
    assert await command("curator", "--quiet") == ""
    passwords = [said, await command("curator", "--reset")]
    statuses = [
        (await page.post("/v1/sign-ins", json={"password": one.rpartition(" ")[2]})).status_code for one in passwords
    ]
    assert statuses == [401, 201]


async def test_a_database_without_tables_is_named_in_one_sentence(empty_database_url):
    ran = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-m", "services.storage.tokens", "list"],
        env={**os.environ, "STORAGE_DATABASE_URL": empty_database_url},
        capture_output=True,
        text=True,
    )
    assert (ran.returncode, "migrate" in ran.stderr, "Traceback" in ran.stderr) == (1, True, False)
