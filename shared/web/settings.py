"""The settings that all three services share: where they listen, whom they answer, and how they stop.

A service inherits from `ServerSettings` and sets its own prefix, for example INFERENCE_ALLOWED_HOSTS.
"""

from ipaddress import ip_address, ip_network
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field
from pydantic_settings import NoDecode, SettingsConfigDict

from shared.secret_files import FileSettings

EVERY_ADDRESS = ("0.0.0.0", "::", "")  # noqa: S104
EVERY_HOST = "*"
GRACEFUL_S = 10  # for the requests that are being answered when the port closes


def split_by_comma(value: object) -> object:
    """`a, b` → ("a", "b"). Other values pass unchanged."""
    return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value


def _check_network(value: str) -> str:
    ip_network(value)  # uvicorn would take a misspelt address for a name and trust nobody
    return value


def _strip_slash(path: str) -> str:
    return "/" + path.strip("/") if path.strip("/") else ""


CommaSeparated = (NoDecode, BeforeValidator(split_by_comma))
Network = Annotated[str, AfterValidator(_check_network)]


class ServerSettings(FileSettings):
    """How a service listens. docs/operating.md describes each setting."""

    model_config = SettingsConfigDict(
        env_ignore_empty=True,
        frozen=True,
        hide_input_in_errors=True,  # the input may be a key or a token
    )

    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=0, le=65535)
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    allowed_hosts: Annotated[tuple[str, ...], *CommaSeparated] = ()  # names in the Host header besides those below
    trusted_proxies: Annotated[tuple[Network, ...], *CommaSeparated] = ()  # whose X-Forwarded-For is believed
    keep_alive_s: int = Field(default=75, ge=1)  # longer than the 60 s of common load balancers, which must close first
    drain_s: float = Field(default=0, ge=0)  # after SIGTERM, before the port closes

    @property
    def host_names(self) -> frozenset[str] | None:
        """The names that are accepted in the Host header. None means every name.

        A page of a stranger can reach a service on a loopback address under the stranger's own name (DNS rebinding),
        so a name must be known. A service that listens on every address accepts every name unless some are set.
        """
        if EVERY_HOST in self.allowed_hosts or (self.host in EVERY_ADDRESS and not self.allowed_hosts):
            return None
        return frozenset(name.lower() for name in ("localhost", self.host, *self.allowed_hosts))


class ApiServerSettings(ServerSettings):
    """The settings of the two services with a JSON API."""

    root_path: Annotated[str, AfterValidator(_strip_slash)] = ""  # the path under which a proxy publishes the service


def is_address(host: str) -> bool:
    """Whether the host is an IPv4 or IPv6 address, without brackets."""
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
