"""Translates the errors of PostgreSQL and asyncpg into problems for the caller, and logs and counts each of them."""

from collections.abc import Iterator
from contextlib import contextmanager

import asyncpg
import structlog
from prometheus_client import CollectorRegistry, Counter

from shared.web.problems import ProblemError

logger = structlog.get_logger(__name__)

RETRY_AFTER = {"Retry-After": "2"}

CONNECTION_ERRORS = (
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,  # "cannot switch to state": the session ended in the middle of an operation
    asyncpg.ProtocolViolationError,  # what PgBouncer answers while it cannot reach PostgreSQL
    OSError,
)
SCHEMA_ERRORS = (
    asyncpg.UndefinedTableError,
    asyncpg.UndefinedColumnError,
    asyncpg.UndefinedFunctionError,
    asyncpg.InvalidCatalogNameError,
    asyncpg.InvalidAuthorizationSpecificationError,
)
WRITE_ERRORS = (  # the disk is full or broken, or the server is a replica
    asyncpg.DiskFullError,
    asyncpg.PostgresIOError,
    asyncpg.ReadOnlySQLTransactionError,
)
BUSY_ERRORS = (
    asyncpg.InsufficientResourcesError,
    asyncpg.TransactionRollbackError,  # a deadlock
    asyncpg.LockNotAvailableError,
    asyncpg.QueryCanceledError,
)


class ConnectionLostError(ProblemError):
    """PostgreSQL cannot be reached, or the connection broke during a query."""

    def __init__(self) -> None:
        super().__init__("not_ready", "The database cannot be reached at the moment. Try again shortly.", RETRY_AFTER)


class OutrunError(ProblemError):
    """Another transaction deleted, at this moment, a row that this one refers to. The query may be sent again."""

    def __init__(self) -> None:
        super().__init__("overloaded", "The same drawing is changed too often. Try again shortly.", RETRY_AFTER)


class WriteRefusedError(ProblemError):
    """PostgreSQL runs, but stores nothing at the moment."""

    def __init__(self) -> None:
        detail = "The database accepts no changes at the moment: its disk is full, or it is read-only. Try again later."
        super().__init__("not_ready", detail, RETRY_AFTER)


class StuckError(Exception):
    """Many queries wait for a connection, and PostgreSQL answers none of those that have one."""


class DatabaseFailures:
    """Logs and counts failed queries by reason, for example `timeout`. One object per app, with the app's registry."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._count = Counter("slate_database_failures", "Failed queries by reason", ["reason"], registry=registry)

    def note(self, reason: str, error: Exception) -> None:
        """Log and count one failure."""
        self._count.labels(reason).inc()
        logger.warning("database_failed", reason=reason, error=str(error) or type(error).__name__)

    @contextmanager
    def translate(self) -> Iterator[None]:
        """Raise a ProblemError in place of an error of the database."""
        try:
            yield
        except TimeoutError as error:  # TimeoutError is an OSError, so this comes before CONNECTION_ERRORS
            self.note("timeout", error)
            raise _make_busy("The database did not answer in time.") from error
        except StuckError as error:
            self.note("stuck", error)
            raise _make_busy("The database answers nobody at the moment.") from error
        except WRITE_ERRORS as error:  # DiskFullError is also among the BUSY_ERRORS
            self.note("write_refused", error)
            raise WriteRefusedError from error
        except SCHEMA_ERRORS as error:
            self.note("schema", error)
            raise ProblemError("not_ready", "The database is not migrated to this version.", RETRY_AFTER) from error
        except asyncpg.ForeignKeyViolationError as error:
            raise OutrunError from error
        except asyncpg.DataError as error:  # PostgreSQL refused a value, for example a NUL byte in a text
            raise _make_value_problem() from error
        except (*BUSY_ERRORS, *CONNECTION_ERRORS) as error:
            if isinstance(error, ValueError):  # asyncpg refused a value before sending it, for example a date
                raise _make_value_problem() from error
            if isinstance(error, BUSY_ERRORS):
                self.note("resources", error)
                raise _make_busy("The database is too busy.") from error
            self.note("connection_lost", error)
            raise ConnectionLostError from error


def _make_busy(what: str) -> ProblemError:
    return ProblemError("overloaded", f"{what} Try again shortly.", RETRY_AFTER)


def _make_value_problem() -> ProblemError:
    return ProblemError("invalid_request", "The request contains a value that the database cannot store or compare.")
