"""Which settings are required, and that secrets are not printed."""

import os

import pytest
from pydantic import ValidationError

from services.storage.settings import DatabaseSettings, Settings

URL = "postgresql://postgres:secret@/slate?host=/run/postgresql"


@pytest.fixture(autouse=True)
def _no_storage_variables(monkeypatch):
    for name in [name for name in os.environ if name.startswith("STORAGE_")]:
        monkeypatch.delenv(name)


def test_settings_come_from_the_environment(monkeypatch):
    monkeypatch.setenv("STORAGE_DATABASE_URL", URL)
    monkeypatch.setenv("STORAGE_TOKEN", "token")
    monkeypatch.setenv("STORAGE_PORT", "9002")
    settings = Settings()
    assert (settings.host, settings.port, settings.token.get_secret_value()) == ("127.0.0.1", 9002, "token")


@pytest.mark.parametrize("token", [None, ""])
def test_the_service_does_not_start_without_a_token(monkeypatch, token):
    monkeypatch.setenv("STORAGE_DATABASE_URL", URL)
    if token is not None:
        monkeypatch.setenv("STORAGE_TOKEN", token)
    with pytest.raises(ValidationError, match="token"):
        Settings()


def test_migrations_need_no_token(monkeypatch):
    monkeypatch.setenv("STORAGE_DATABASE_URL", URL)
    assert DatabaseSettings().database_url.get_secret_value() == URL


@pytest.mark.parametrize("url", ["", "sqlite://", "mysql://a/b"])
def test_the_url_of_another_database_is_refused(url):
    with pytest.raises(ValidationError, match="postgresql"):
        DatabaseSettings(database_url=url)


def test_secrets_are_not_printed():
    assert "secret" not in str(Settings(database_url=URL, token="secret"))


UNUSABLE = [
    "mysql://user:hidden@host/database",
    "postgresql://user:hid/den@host/database",
    "postgresql://user:hid#den@host/database",
    "postgresql://user:hid[den@host/database",
]


@pytest.mark.parametrize("url", UNUSABLE)
def test_the_error_of_an_unusable_url_does_not_show_it(url):
    with pytest.raises(ValidationError) as refusal:
        DatabaseSettings(database_url=url)
    assert "hid" not in str(refusal.value).replace("hide", "")


@pytest.mark.parametrize("hosts", ["one:5432,two:5433", "one,two", "[::1]:5432", "", "one"])
def test_a_url_may_name_several_hosts_or_none(hosts):
    url = f"postgresql://user:secret@{hosts}/database"
    assert DatabaseSettings(database_url=url).database_url.get_secret_value() == url


def test_a_half_configured_provider_is_refused(monkeypatch):
    monkeypatch.setenv("STORAGE_DATABASE_URL", URL)
    monkeypatch.setenv("STORAGE_TOKEN", "t")
    monkeypatch.setenv("STORAGE_OIDC_METADATA_URL", "https://accounts.example.org/.well-known/openid-configuration")
    with pytest.raises(ValidationError, match="go together"):
        Settings()
    monkeypatch.setenv("STORAGE_OIDC_CLIENT_ID", "slate")
    monkeypatch.setenv("STORAGE_CURATORS", "ada@example.org, grace@example.org")
    assert Settings().curators == ("ada@example.org", "grace@example.org")


@pytest.mark.parametrize("url", ["accounts.example.org", "file:///etc/passwd"])
def test_a_metadata_url_that_is_none_is_refused(url):
    settings = {"database_url": URL, "token": "t", "oidc_client_id": "slate", "curators": "ada@example.org"}
    with pytest.raises(ValidationError, match="must start with https:// or http://"):
        Settings(oidc_metadata_url=url, **settings)


def test_visitors_see_only_totals_unless_the_installation_says_otherwise():
    assert Settings(database_url=URL, token="t").visitors_see == "totals"
    with pytest.raises(ValidationError):
        Settings(database_url=URL, token="t", visitors_see="everything")
