"""Checks that all ports are free before anything is started, so that the error can name the setting to change."""

import errno
import socket
from collections.abc import Mapping

from infra.local.error import LocalError


def check_ports(host: str, ports: Mapping[str, int]) -> None:
    """Check ports like `{"inference": 8001}`. LocalError names the port, its service and the variable to change."""
    services: dict[int, str] = {}
    for service, port in ports.items():
        variable = f"{service.upper()}_PORT"
        if port in services:
            raise LocalError(
                f"Port {port} is set for both {services[port]} and {service}. Set {variable} to another port."
            )
        services[port] = service
        if reason := _find_obstacle(host, port):
            raise LocalError(f"Port {port} of {service} {reason}. Set {variable} to another port.")


def _find_obstacle(host: str, port: int) -> str:
    """Return why the port cannot be used; an empty string if it can."""
    try:
        family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
            probe.listen()
    except socket.gaierror:
        raise LocalError(f"SLATE_HOST={host!r} is not an address of this machine.") from None
    except OSError as refused:
        if refused.errno == errno.EADDRNOTAVAIL:
            raise LocalError(f"SLATE_HOST={host!r} is not an address of this machine.") from None
        return "is in use" if refused.errno == errno.EADDRINUSE else f"cannot be used ({refused.strerror})"
    return ""
