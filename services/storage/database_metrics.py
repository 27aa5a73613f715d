"""The Prometheus metrics of the database: connections, how long queries wait and take, and when it last answered."""

import time
from collections.abc import Mapping
from functools import partial

import asyncpg
from prometheus_client import CollectorRegistry, Gauge, Histogram

from services.storage.lanes import Lane

SECONDS_BUCKETS = (0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)


class DatabaseMetrics:
    """One object per app, with the app's own registry."""

    def __init__(self, registry: CollectorRegistry, pools: Mapping[Lane, asyncpg.Pool]) -> None:
        wait = Histogram(
            "slate_database_wait_seconds",
            "Time that a query waited for a connection",
            ["lane"],
            buckets=SECONDS_BUCKETS,
            registry=registry,
        )
        query = Histogram(
            "slate_database_seconds",
            "Time of a query with its transaction, after the wait for a connection",
            ["lane"],
            buckets=SECONDS_BUCKETS,
            registry=registry,
        )
        self._wait = {lane: wait.labels(lane.name) for lane in pools}
        self._query = {lane: query.labels(lane.name) for lane in pools}
        self._answered = Gauge(
            "slate_database_answered_timestamp_seconds",
            "When PostgreSQL last answered; at first, when the service started",
            registry=registry,
        )
        self._answered.set(time.time())
        connections = Gauge(
            "slate_database_connections",
            "Connections: open, in use, and the most",
            ["lane", "state"],
            registry=registry,
        )
        for lane, pool in pools.items():
            connections.labels(lane.name, "open").set_function(pool.get_size)
            connections.labels(lane.name, "in_use").set_function(partial(count_used, pool))
            connections.labels(lane.name, "most").set(lane.connections)

    def note_wait(self, lane: Lane, seconds: float) -> None:
        """A query has got its connection."""
        self._wait[lane].observe(seconds)

    def note_answer(self, lane: Lane, seconds: float) -> None:
        """A query has ended well."""
        self._query[lane].observe(seconds)
        self._answered.set(time.time())


def count_used(pool: asyncpg.Pool) -> int:
    """The connections on which a query runs."""
    used: int = pool.get_size() - pool.get_idle_size()
    return used
