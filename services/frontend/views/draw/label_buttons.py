"""The buttons that say what a drawing is: "Right", the ten digits, and "Not a digit"."""

from collections.abc import Callable
from functools import partial
from typing import Literal

import streamlit as st

from services.frontend.elements.answer import name_label
from shared.contracts.storage import NOT_A_DIGIT, TrueDigit

LABELS: tuple[TrueDigit, ...] = (0, 1, 2, 3, 4, NOT_A_DIGIT, 5, 6, 7, 8, 9)  # behind "Right", in two rows


def show_label_buttons(
    key: str,
    label: TrueDigit | None,
    on_label: Callable[[TrueDigit], None],
    *,
    confirm: str,
    on_confirm: Callable[[], None],
    is_confirmed: bool,
    disabled: bool = False,
) -> None:
    """Shows "Right" or what `confirm` says, ten digits and "Not a digit", in two rows. What was said is filled."""

    def show(name: str, words: str, pressed: bool, on_click: Callable[[], None]) -> None:
        kind: Literal["primary", "secondary"] = "primary" if pressed else "secondary"
        st.button(words, key=f"{key}-{name}", type=kind, disabled=disabled, on_click=on_click, width="stretch")

    with st.container(horizontal=True, key=key, gap="xxsmall"):
        show("right", confirm, is_confirmed, on_confirm)
        for one in LABELS:
            show(str(one), name_label(one).capitalize(), one == label, partial(on_label, one))
