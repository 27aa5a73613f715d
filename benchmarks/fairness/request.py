"""An HTTP request as a load sends it, and the address of the service that gets it."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Address:
    """Where a service listens, and where the caller's own end of the connection is."""

    port: int
    source: str = "127.0.0.1"  # address that the caller binds to; services tell callers apart by it
    host: str = "127.0.0.1"


@dataclass(frozen=True)
class Request:
    """A request that is sent again and again."""

    path: str
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    method: str = "POST"

    def write_head(self, address: Address, length: int | None = None) -> bytes:
        """The request line and the headers without the empty line that ends them. `length` is of the body."""
        lines = [f"{self.method} {self.path} HTTP/1.1", f"Host: {address.host}:{address.port}"]
        lines += [f"{name}: {value}" for name, value in self.headers.items()]
        if length is not None:
            lines.append(f"Content-Length: {length}")
        return "".join(f"{line}\r\n" for line in lines).encode()
