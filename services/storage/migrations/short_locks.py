"""Changes a table that is in use: the change waits a second for its lock, gives way, and tries again.

A change needs a lock that no query of the table may hold at that moment, and every later query waits behind it. A long
query, such as a backup, would otherwise stop the service for as long as it runs.
"""

import time

from alembic import op
from sqlalchemy.exc import DBAPIError

LOCK_NOT_AVAILABLE = "55P03"
PAUSE_S = 0.5

# One statement, so that a pooler in transaction mode runs all of it on one session.
ATTEMPT = """
DO $attempt$ BEGIN
    SET LOCAL lock_timeout = '1s';
    {changes}
END $attempt$
"""


def change_in_use(*changes: str) -> None:
    """Run statements together, in an autocommit block. All of them must be harmless if they have run before."""
    attempt = ATTEMPT.format(changes=" ".join(f"{change};" for change in changes))
    while True:
        try:
            op.execute(attempt)
        except DBAPIError as error:
            if getattr(error.orig, "sqlstate", None) != LOCK_NOT_AVAILABLE:
                raise
            time.sleep(PAUSE_S)
        else:
            return
