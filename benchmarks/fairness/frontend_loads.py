"""The loads of the page, and the others: the page's HTML and its health."""

import itertools
from collections.abc import Iterator, Sequence

from benchmarks.fairness.load import Load, list_connection_loads
from benchmarks.fairness.request import Request

UPLOAD = "/_stcore/upload_file/a-session/a-file"  # where Streamlit takes files


def make_others() -> Iterator[Request]:
    """What a browser asks first, and what a load balancer asks, again and again."""
    return itertools.cycle([Request("/", method="GET"), Request("/_stcore/health", method="GET")])


def list_frontend_loads() -> Sequence[Load]:
    """All loads of the page that need no browser."""
    upload = Request(UPLOAD, headers={"Content-Type": "application/octet-stream"}, method="PUT")
    return list_connection_loads(Request("/", method="GET"), upload)
