"""The banners above every page, which say that a service cannot be reached. The page below them keeps working.

They also notice when storage has said who the person in front of the page is, and show the page again.
"""

import streamlit as st

from services.frontend.caller_keys import OWN
from services.frontend.connections import Health, check_health, connect, find_rights
from services.frontend.session.identity import Identity, get_identity

SOON_S = 3.0  # while something is missing
LATER_S = 15.0  # every look is a run of the script, for every open page


def show_banners() -> None:
    """Looks again after a while, sooner while a service is away or storage has not said who may do what."""
    health, identity = check_health(), get_identity()
    is_calm = health.inference and health.storage and find_rights(OWN) is not None
    st.fragment(look, run_every=LATER_S if is_calm else SOON_S)(health, identity)


def look(health: Health, identity: Identity) -> None:
    """Reruns the whole page when a service or a right comes or goes. The arguments are those that the page shows."""
    unsaved = connect().outbox.unsaved
    if not health.inference:
        st.error("The recogniser can't be reached. Your drawing stays here and is read when the recogniser is back.")
    if not health.storage:
        waiting = f" Waiting to be saved, from all visitors: {unsaved}." if unsaved else ""
        st.warning(f"Storage can't be reached. Digits are still read and will be saved when storage is back.{waiting}")
    if (health, identity) != (check_health(), get_identity()):
        st.rerun()
