"""The containers of `make up`, built and started once for all tests."""

from collections.abc import Iterator

import pytest

from tests.containers.project import Project


@pytest.fixture(scope="session")
def containers() -> Iterator[Project]:
    project = Project("slate-test")
    try:
        project.compose("up", "--build", "--detach", "--wait")
        yield project
    finally:
        project.remove()
