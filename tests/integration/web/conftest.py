"""One small service with the usual limits, for the tests that change none."""

from collections.abc import Iterator

import pytest

from tests.integration.web.server import make_app, serving


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with serving(make_app()) as address:
        yield address
