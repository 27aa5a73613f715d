"""The proxy leaves the headers of the services alone. `tests/containers/test_tls.py` asks the real one."""

import re
from pathlib import Path

from shared.web.service import POLICY, SAFE_HEADERS

CADDYFILE = (Path(__file__).parents[3] / "infra" / "proxy" / "Caddyfile").read_text()


def test_the_proxy_sets_no_header_that_the_services_send() -> None:
    (block,) = re.findall(r"^\theader \{\n(.*?)^\t\}", CADDYFILE, re.MULTILINE | re.DOTALL)
    set_there = {line.split()[0].lower() for line in block.splitlines()}
    assert "strict-transport-security" in set_there
    assert set_there.isdisjoint({name.lower() for name, _ in SAFE_HEADERS} | {POLICY.lower()})
