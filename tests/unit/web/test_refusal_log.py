"""Refusals are logged in sums, and none of them is forgotten."""

import structlog

from shared.web.refusal_log import RefusalLog


def test_the_first_refusal_is_logged_and_later_ones_are_summed_up() -> None:
    now = 0.0
    log = RefusalLog(lambda: now)
    with structlog.testing.capture_logs() as events:
        log.note("no_host", "ann")
        log.note("no_host", "bob")
        log.note("malformed", "bob")
        now = 1.0
        log.note("no_host", "cleo")
    assert [(event["caller"], event["reasons"]) for event in events] == [
        ("ann", {"no_host": 1}),
        ("cleo", {"no_host": 2, "malformed": 1}),
    ]
