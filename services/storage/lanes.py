"""Divides the connections of the service between kinds of queries, so that no kind can take all of them.

Each lane has a pool of its own. Slow statistics therefore cannot keep a prediction from being stored, and readiness
always has a connection. All times are seconds.
"""

from dataclasses import dataclass
from typing import Literal

Isolation = Literal["repeatable_read"]


@dataclass(frozen=True)
class Lane:
    """How many connections a kind of query has and how long it may take.

    `wait_s` limits the wait for a connection and `statement_s` each statement. With `isolation`, a query runs in a
    read-only transaction of that level.
    """

    name: str
    connections: int
    wait_s: float
    statement_s: float
    isolation: Isolation | None = None


CONNECT_TIMEOUT_S = 2.0  # PostgreSQL opens a connection in milliseconds

# A load balancer usually waits 1 to 5 s for a health check.
READINESS = Lane("readiness", connections=1, wait_s=1, statement_s=1)
# Tokens, signing keys and sign-ins: small tables. Every caller waits for them, so no other query may keep them waiting.
ACCESS = Lane("access", connections=2, wait_s=2, statement_s=2)
# One prediction, which takes milliseconds. A writer repeats a failed request, so it should learn of the failure soon.
# PostgreSQL flushes the commits of several connections together: ten store twice as many predictions as five.
ROWS = Lane("rows", connections=10, wait_s=5, statement_s=3)
# Pages and counts of the history, and the pages of the labelled drawings: milliseconds. The frontend waits 5 s for an
# answer, so no statement may take longer.
PAGES = Lane("pages", connections=3, wait_s=5, statement_s=4)
STATISTICS = Lane("statistics", connections=2, wait_s=5, statement_s=4, isolation="repeatable_read")
# Moving changes into the counts. Nobody waits for it.
FOLDING = Lane("folding", connections=1, wait_s=5, statement_s=60)
# Other work of the service for itself: moving drawings, and deleting what is too old. Its steps take a second.
MAINTENANCE = Lane("maintenance", connections=1, wait_s=30, statement_s=30)
# Pages of an export and parts of an import: many rows, and nobody looks at a page meanwhile.
EXCHANGE = Lane("exchange", connections=2, wait_s=20, statement_s=30)

# 22 connections; PostgreSQL allows 100 in all by default
LANES = (READINESS, ACCESS, ROWS, PAGES, STATISTICS, FOLDING, MAINTENANCE, EXCHANGE)
