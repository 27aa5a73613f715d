"""Which predictions a caller may see, count and change.

The functions return the owner whose predictions are meant; None stands for everybody's. A caller who owns nothing gets
`NOBODY`, who has none. Curators see everything. What others see of predictions that are not theirs is the setting
STORAGE_VISITORS_SEE.
"""

from uuid import UUID

from services.storage.access.caller import NOBODY, Caller
from shared.contracts.access import VisitorsSee


def whose_rows(caller: Caller, visitors_see: VisitorsSee, *, mine: bool | None = None) -> UUID | None:
    """Return whose predictions, drawings and labels the caller may read; only the caller's own with `mine`."""
    return _choose(caller, visitors_see == "history", mine)


def whose_totals(caller: Caller, visitors_see: VisitorsSee, *, mine: bool | None = None) -> UUID | None:
    """Return whose predictions the caller may count; only the caller's own with `mine`."""
    return _choose(caller, visitors_see != "nothing", mine)


def whose_to_change(caller: Caller) -> UUID | None:
    """Return whose predictions the caller may delete, and whose labels count when the caller gives them."""
    return _choose(caller, False, None)


def _choose(caller: Caller, everybody: bool, mine: bool | None) -> UUID | None:
    if (caller.is_curator or everybody) and not mine:
        return None
    return caller.owner or NOBODY
