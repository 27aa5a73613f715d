"""Removes the header Upgrade if it asks for a protocol that is not spoken here, for example `h2c`.

The parser reads no body after an upgrade. RFC 9110 allows a server to ignore the header.
"""

import re

UPGRADE_LINE = re.compile(rb"^upgrade:[^\n]*\n", re.IGNORECASE | re.MULTILINE)


def remove_upgrade(head: bytes, *, speaks_websocket: bool) -> bytes:
    """Whole lines of a head → the same lines without Upgrade. An upgrade to WebSocket stays if that is spoken."""
    lowered = head.lower()
    if b"\nupgrade:" not in lowered and not lowered.startswith(b"upgrade:"):
        return head
    if speaks_websocket and b"websocket" in lowered:
        return head
    return UPGRADE_LINE.sub(b"", head)
