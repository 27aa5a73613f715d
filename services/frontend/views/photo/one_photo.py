"""One picture of the Photo page: its numbers and tables, to copy, and its digits, to correct.

It is a fragment, so a tap on one picture reruns nothing of the others. At most CARDS digits have buttons at once, and
any digit can be reached by a tap on the picture.
"""

from collections.abc import Sequence
from html import escape

import streamlit as st

from services.frontend.connections import check_health, forget_statistics, get_settle_s
from services.frontend.elements.csv_file import write_csv
from services.frontend.elements.sentences import describe_delivery
from services.frontend.saving.outbox import Delivery
from services.frontend.session.identity import get_outbox
from services.frontend.views.photo.cards import (
    ALL_REMOVED,
    NO_DIGITS,
    describe_range,
    describe_table,
    digit_html,
    say_corrected,
    say_doubtful,
    say_first_only,
    say_turned,
    table_html,
)
from services.frontend.views.photo.marked_picture import show_picture
from services.frontend.views.photo.numbers import write_cells, write_lines
from services.frontend.views.photo.reading import CARDS, can_progress, save_photo
from services.frontend.views.photo.state import Photo, PhotoDigit, get_photo_page, list_signs
from shared.contracts.page import PageReading

REFRESH_EVERY_S = 2.0
NOT_READ_YET = "Not read yet. The picture stays here and is read when the recogniser is back."
ALL_RIGHT = "Labels every digit that has no label yet as what it was read as"
NOT_SAVED = "An example, so nothing of it is saved"
LINES_AT_ONCE, LINES_HEIGHT = 12, 380  # more lines than this scroll in a box of so many pixels


@st.fragment
def show_photo(file_id: str) -> None:
    """One picture with its digits, or with the problem."""
    photo = get_photo_page().find(file_id)
    if photo is None:
        return
    show_head(photo)
    if photo.problem:
        st.html(f'<p class="photo-problem" role="status" data-testid="problem">{escape(photo.problem)}</p>')
        if photo.can_be_retried and st.button("Try again", icon=":material/refresh:", key=f"again-{file_id}"):
            photo.retry()
            st.rerun()
    elif photo.reading is None:
        st.html(f'<p class="photo-problem" role="status" data-testid="problem">{NOT_READ_YET}</p>')
    else:
        left, right = st.columns([1, 1.4], gap="medium")
        with left:
            show_marked_picture(photo)
        with right:
            show_reading(photo, photo.reading)


def show_head(photo: Photo) -> None:
    """The name, and the buttons that turn and remove the picture."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.html(f'<h2 class="photo-name" data-testid="file">{escape(photo.name)}</h2>')
        if photo.can_be_turned and st.button(
            "Turn", icon=":material/rotate_right:", type="tertiary", key=f"turn-{photo.file_id}"
        ):
            photo.turn_clockwise(get_outbox())
            st.rerun()
        if st.button("Remove", icon=":material/close:", type="tertiary", key=f"remove-{photo.file_id}"):
            get_photo_page().remove(photo.file_id)
            st.rerun()


def show_marked_picture(photo: Photo) -> None:
    """The picture, and below it the digit that the visitor tapped."""

    def tap(place: int) -> None:
        photo.tapped = None if photo.tapped == place else place

    show_picture(photo, tap)
    for name, words in (("turned", say_turned(photo)), ("first-only", say_first_only(photo))):
        if words:
            st.html(f'<p class="note" role="status" data-testid="{name}">{words}</p>')
    if photo.tapped is not None:
        with st.container(border=True, key=f"tapped-{photo.file_id}"):
            show_digit(photo.tapped, photo.digits[photo.tapped], "tapped")


def show_reading(photo: Photo, reading: PageReading) -> None:
    """The tables, the numbers as text, and the cards of the digits."""
    if not photo.digits:
        st.html(f'<p class="photo-nothing" role="status" data-testid="nothing">{NO_DIGITS}</p>')
        return
    show_tables(photo, reading)
    show_numbers(photo, reading)
    show_confirmation(photo)
    place_of_saved = st.empty()
    show_cards(photo)
    with place_of_saved:
        show_saved(photo)
    if not photo.is_saved:
        rerun_when_saved(photo)


@st.fragment(run_every=REFRESH_EVERY_S)
def rerun_when_saved(photo: Photo) -> None:
    """Reruns the page once more of the picture can be saved: after a tap, only this picture was run."""
    if can_progress(photo, get_outbox()):
        st.rerun()


def show_tables(photo: Photo, reading: PageReading) -> None:
    """Each table with a button to download it."""
    for number, table in enumerate(reading.tables, start=1):
        st.html(table_html(describe_table(number, table), table, reading, photo.digits))
        st.download_button(
            "Download CSV",
            write_csv(write_cells(table, reading, list_signs(photo.digits))),
            f"{photo.name.rsplit('.', 1)[0]}-table-{number}.csv",
            "text/csv",
            icon=":material/download:",
            on_click="ignore",
            key=f"csv-{photo.file_id}-{number}",
        )


def show_numbers(photo: Photo, reading: PageReading) -> None:
    """The numbers line by line, and what the visitor changed. Behind a click if the tables show all of them."""
    lines = write_lines(reading, list_signs(photo.digits))
    in_tables = sum(len(cell) for table in reading.tables for row in table.numbers for cell in row)
    if not lines:
        st.html(f'<p class="photo-nothing" role="status" data-testid="nothing">{ALL_REMOVED}</p>')
    elif in_tables == len(reading.numbers):
        with st.expander("As text"):
            show_lines(lines, photo.file_id)
    else:
        show_lines(lines, photo.file_id)
    note = f'<span data-testid="corrected">{say_corrected(photo)}</span>'
    st.html(f'<p class="photo-note"><span data-testid="doubtful">{say_doubtful(photo)}</span> {note}</p>')


def show_lines(lines: Sequence[str], file_id: str) -> None:
    """Text with a button that copies it. One number alone is large, and many lines are small and scroll."""
    is_alone, is_long = len(lines) == 1 and " " not in lines[0], len(lines) > LINES_AT_ONCE
    with st.container(key=f"number{'' if is_alone else 's'}-{file_id}", gap=None):
        if is_long:
            st.html('<i class="long"></i>')
        st.code("\n".join(lines), language=None, wrap_lines=is_alone, height=LINES_HEIGHT if is_long else "content")


def show_confirmation(photo: Photo) -> None:
    """One button says that all digits are read rightly, and takes that back."""
    can_confirm, is_confirmed = bool(photo.can_be_confirmed), bool(photo.confirmed)
    takes_back = is_confirmed and not can_confirm
    st.button(
        "Take back" if takes_back else "All right" if len(photo.digits) > 1 else "Right",
        icon=":material/undo:" if takes_back else ":material/done_all:",
        disabled=not can_confirm and not is_confirmed,
        help=None if takes_back else ALL_RIGHT,
        on_click=take_back if takes_back else confirm,
        args=(photo,),
        key=f"confirm-{photo.file_id}",
    )


def confirm(photo: Photo) -> None:
    """Labels all digits that have no label yet."""
    photo.confirm(get_outbox())
    forget_statistics()


def take_back(photo: Photo) -> None:
    """Undoes `confirm`."""
    photo.take_back_confirmation(get_outbox())
    forget_statistics()


def show_cards(photo: Photo) -> None:
    """Up to CARDS digits with the buttons that label them, and the buttons to the others."""
    shown = photo.cards[photo.first : photo.first + CARDS]
    with st.container(key=f"digits-{photo.file_id}"):
        for place in shown:
            with st.container(key=f"digit-{photo.digits[place].prediction.id}", gap="xsmall"):
                show_digit(place, photo.digits[place], "card")
    if len(photo.cards) <= CARDS:
        return
    with st.container(horizontal=True, vertical_alignment="center", key=f"pager-{photo.file_id}", gap="small"):
        for name, icon, step in (
            ("Previous", ":material/chevron_left:", -CARDS),
            ("Next", ":material/chevron_right:", CARDS),
        ):
            st.button(
                name,
                icon=icon,
                disabled=not 0 <= photo.first + step < len(photo.cards),
                on_click=turn_over,
                args=(photo, step),
                key=f"{name}-{photo.file_id}",
            )
        st.html(f'<span data-testid="range">{describe_range(photo, shown)}</span>', width="content")


def turn_over(photo: Photo, step: int) -> None:
    """Shows the next cards, or the previous ones."""
    photo.first += step


def show_digit(place: int, digit: PhotoDigit, role: str) -> None:
    """One digit, the ten buttons that label it, and the button that removes it. `role` tells its two places apart."""
    st.html(digit_html(place + 1, digit))
    key = f"{role}-{digit.prediction.id}"
    if digit.discarded:
        st.button("Put back", icon=":material/undo:", on_click=put_back, args=(digit,), key=f"back-{key}")
        return
    st.session_state[f"label-{key}"] = digit.label
    with st.container(horizontal=True, vertical_alignment="center", gap="xxsmall", key=f"buttons-{key}"):
        st.segmented_control(
            f"True value of digit {place + 1}",
            range(10),
            key=f"label-{key}",
            on_change=take_label,
            args=(digit, f"label-{key}"),
            label_visibility="collapsed",
            width="stretch",
            wrap=False,
        )
        st.button(
            "Not a digit", icon=":material/close:", help="Not a digit", on_click=remove, args=(digit,), key=f"no-{key}"
        )


def take_label(digit: PhotoDigit, key: str) -> None:
    """Labels the digit as tapped. A second tap on the same button leaves None, which removes the label."""
    digit.set_label(st.session_state[key])
    digit.send_label(get_outbox())
    forget_statistics()


def remove(digit: PhotoDigit) -> None:
    """Takes it out of the numbers and out of storage."""
    digit.discard(get_outbox())
    forget_statistics()


def put_back(digit: PhotoDigit) -> None:
    """Undoes `remove`."""
    digit.restore(digit.cutout)
    forget_statistics()


def show_saved(photo: Photo) -> None:
    """Saves all digits, and says whether storage has them."""
    if photo.example:
        st.html(f'<div class="saved" role="status" data-testid="saved" data-saved="">{NOT_SAVED}</div>')
        return
    delivery = save_photo(photo, get_outbox(), get_settle_s())
    saved = str(delivery is Delivery.SAVED).lower()
    words = describe_delivery(delivery, is_storage_away=not check_health().storage)
    st.html(f'<div class="saved" role="status" data-testid="saved" data-saved="{saved}">{words}</div>')
