"""`make test-clients`: clients of other projects and Slate's own package are installed, and each reads a seven.

`make test` does not run this file, because it downloads packages.
"""

import pytest

from tests.protocols.conftest import Run


@pytest.mark.parametrize(
    ("program", "packages"),
    [
        ("triton.py", "tritonclient[http]"),
        ("kserve_client.py", "kserve pillow"),
        ("mlserver_client.py", "mlserver httpx"),
        ("slate_package.py", "./clients/python"),
    ],
)
def test_a_client_reads_a_seven(run_program: Run, url: str, program: str, packages: str) -> None:
    printed = run_program(program, packages, url)
    print(printed)
    assert printed.splitlines()[-1] == "read: 7"
