"""The button that deletes everything that the person in front of the page has stored, after a question."""

import streamlit as st

from services.frontend.connections import forget_statistics
from services.frontend.elements.sentences import describe_failure
from services.frontend.elements.thumbnails import forget_thumbnails
from services.frontend.session.identity import get_outbox, get_storage
from services.frontend.session.visit import forget_visit
from shared.clients.service import RefusedError, ServiceUnavailableError

QUESTION = (
    "Delete **everything that you have drawn or uploaded here**, with all its labels? It is deleted for good. You can "
    "download it first."
)
AWAY = "Storage can't be reached right now. Try again."
NOT_ALL = "Not everything was deleted."


def show_delete_mine() -> None:
    """The button and the question."""
    with st.popover("Delete all mine", icon=":material/delete_sweep:", type="tertiary", key="all-mine"):
        st.markdown(QUESTION)
        if st.button("Delete everything of mine", type="primary", key="really-all-mine"):
            delete_mine()


def delete_mine() -> None:
    """Deletes it in storage and forgets it here, first what waits for storage and would come back."""
    get_outbox().forget()
    try:
        deleted = get_storage().delete_mine().predictions
    except (ServiceUnavailableError, RefusedError) as error:
        st.warning(f"{NOT_ALL} {describe_failure(AWAY, error)}")
        return
    forget_statistics()
    forget_thumbnails()
    forget_visit()
    st.toast(f"{deleted:,} drawing{' was' if deleted == 1 else 's were'} deleted.", icon=":material/delete_sweep:")
    st.rerun()
