"""Whether the ports are free, asked before anything is started, so that the answer can name the way out."""

import errno
import socket
from collections.abc import Mapping

from infra.local.failure import LocalError


def check_ports(host: str, ports: Mapping[str, int]) -> None:
    """`{"inference": 8001, …}`; LocalError names the port, who wants it, and the variable that changes it."""
    wanted: dict[int, str] = {}
    for service, port in ports.items():
        variable = f"{service.upper()}_PORT"
        if port in wanted:
            raise LocalError(f"Port {port} is wanted by {wanted[port]} and {service} both; set {variable} to another.")
        wanted[port] = service
        if reason := _why_not(host, port):
            raise LocalError(f"Port {port}, wanted by {service}, {reason}; set {variable} to another.")


def _why_not(host: str, port: int) -> str:
    """Empty when the port can be listened on."""
    try:
        family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
            probe.listen()
    except socket.gaierror:
        raise LocalError(f"SLATE_HOST={host!r} is no address of this machine.") from None
    except OSError as refused:
        if refused.errno == errno.EADDRNOTAVAIL:
            raise LocalError(f"SLATE_HOST={host!r} is no address of this machine.") from None
        return "is taken" if refused.errno == errno.EADDRINUSE else f"can't be used ({refused.strerror})"
    return ""
