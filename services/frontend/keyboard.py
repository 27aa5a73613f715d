"""Whether the person in front of the page sits at the machine that serves it.

The page listens on a loopback address then, and the browser asked for that address itself. A reverse proxy on the same
machine passes on the requests of strangers; it adds headers, or the address in the browser is another one.
"""

from collections.abc import Mapping
from ipaddress import ip_address
from urllib.parse import urlsplit

FORWARDED = ("forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip")


def is_loopback(name: str) -> bool:
    """Whether the host name or address (without brackets) is that of this machine itself."""
    if name == "localhost":
        return True
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return False


def is_from_keyboard(headers: Mapping[str, str]) -> bool:
    """Whether a request with these headers comes from a browser that has the page open under a loopback address.

    Names of headers in any case. A page of another origin is never at the keyboard, also if it is on this machine.
    """
    sent = {name.lower(): value for name, value in headers.items()}
    host = sent.get("host", "")
    origin = sent.get("origin", f"http://{host}")
    is_forwarded = any(name in sent for name in FORWARDED)
    return not is_forwarded and is_loopback(_name_of(host)) and urlsplit(origin).netloc == host


def _name_of(host: str) -> str:
    """`127.0.0.1:8501` → `127.0.0.1`, `[::1]:8501` → `::1`. Empty if it is no host."""
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""
