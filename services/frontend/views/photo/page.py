"""The photo page: pictures from a file or the camera, every digit on them found and read, each answer correctable.

A picture is a fragment of its own, so that a tap on one reruns nothing of the others.
"""

import re
import string
from html import escape

import streamlit as st

from services.frontend.chosen_model import ask_chosen_model, get_chosen_model
from services.frontend.connections import check_health, connect, get_save_wait_s, get_statistics
from services.frontend.digit_score import get_digit_score_threshold
from services.frontend.elements.headings import show_title
from services.frontend.outbox import Delivery
from services.frontend.views.photo.cards import digit_html, number_html, picture_html
from services.frontend.views.photo.reading import (
    give_label,
    make_photo,
    reads_pages,
    save_photo,
    try_photo,
    was_saved_late,
)
from services.frontend.views.photo.state import MOST_PHOTOS, NOT_READ_YET, Photo, PhotoDigit, PhotoPage, get_photo_page
from shared.contracts.inference import PageReading

MAX_FILE_MB = 32  # the largest HEIC; what is larger the browser refuses
MARKDOWN = re.compile(f"[{re.escape(string.punctuation)}]")
UPLOAD, CAMERA = "Upload", "Camera"
ICONS = {UPLOAD: ":material/upload: Upload", CAMERA: ":material/photo_camera: Camera"}
LOOK_EVERY_S = 2.0


def show_page() -> None:
    """Where pictures come in, and below it what was read on them."""
    page = get_photo_page()
    with st.container(border=True, key="intake", gap="xsmall"):
        show_title("A picture with one digit or many")
        st.html('<p class="note">Handwritten, on paper, a board or a screen. Several digits are read line by line.</p>')
        if not reads_pages(get_chosen_model()):
            st.html(
                '<p class="note" data-testid="own-model">Pages are read by the service\'s own model; '
                "the one you chose reads single drawings only.</p>"
            )
        show_intake(page)
        if page.left_out:
            st.html(f'<p class="photo-problem" role="status" data-testid="no-room">{no_room(page.left_out)}</p>')
    read_and_show(page)
    if any(photo.is_waiting or not photo.is_saved for photo in page.photos):
        look_again(page)


def show_intake(page: PhotoPage) -> None:
    """Files or the camera; what comes in is remembered by the page."""
    chosen = st.segmented_control(
        "Where the picture comes from",
        [UPLOAD, CAMERA],
        default=UPLOAD,
        required=True,
        format_func=ICONS.__getitem__,
        label_visibility="collapsed",
        key="photo-source",
    )
    if chosen == CAMERA:
        shot = st.camera_input("Take a picture of digits", resolution="1080p", key="photo-camera")
        if shot and shot.file_id not in page.taken:
            number = sum(photo.source == "camera" for photo in page.photos) + 1
            page.take([make_photo(shot.file_id, f"Camera picture {number}", "camera", shot.getvalue())])
        return
    # Of any type: what is no picture gets its sentence below, beside its name. A new key empties the list of files.
    files = st.file_uploader(
        "Pictures: PNG, JPEG, WebP or HEIC, one or several",
        accept_multiple_files=True,
        max_upload_size=MAX_FILE_MB,
        key=f"photo-files-{page.batches}",
    )
    if files:
        page.batches += 1
        page.take([make_photo(file.file_id, file.name, "upload", file.getvalue()) for file in files])
        st.rerun()


def read_and_show(page: PhotoPage) -> None:
    """Each picture as soon as it is read; while the recogniser is away the others are not tried in this run."""
    waiting = [photo.file_id for photo in page.photos if photo.is_waiting]
    progress, there = st.empty(), True
    for photo in list(page.photos):
        if photo.is_waiting and there:
            done, name = waiting.index(photo.file_id), escape_markdown(photo.name)
            progress.progress(done / len(waiting), f"Reading picture {done + 1} of {len(waiting)}: {name}")
            there = try_photo(photo, read_page, get_digit_score_threshold, is_inference_there)
            if photo.digits:
                get_statistics.clear()
        with st.container(border=True, key=f"photo-{photo.file_id}"):
            show_photo(photo.file_id)
    progress.empty()


def read_page(picture: bytes) -> PageReading:
    """By the model this visitor has chosen, where it reads pages. ServiceUnavailableError, RefusedError."""
    read = connect().inference.read
    if not reads_pages(get_chosen_model()):
        return read(picture)
    return ask_chosen_model(lambda model: read(picture, model=model))


def is_inference_there() -> bool:
    """Asked anew: the last answer may be older than what has just failed."""
    check_health.clear()
    return check_health().inference


def escape_markdown(text: str) -> str:
    """For where Streamlit takes Markdown only."""
    return MARKDOWN.sub(r"\\\g<0>", text)


def no_room(left_out: int) -> str:
    """What is said of the pictures that were not taken."""
    were = "picture was" if left_out == 1 else "pictures were"
    return f"{left_out} more {were} not taken: {MOST_PHOTOS} that are not saved yet wait here. Remove some or wait."


@st.fragment
def show_photo(file_id: str) -> None:
    """One picture: what was found on it, or why nothing was."""
    photo = get_photo_page().find(file_id)
    if photo is None:
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.html(f'<h2 class="photo-name" data-testid="file">{escape(photo.name)}</h2>')
        if st.button("Remove", icon=":material/close:", type="tertiary", key=f"remove-{file_id}"):
            get_photo_page().remove(file_id)
            st.rerun()
    if photo.problem:
        st.html(f'<p class="photo-problem" role="status" data-testid="problem">{escape(photo.problem)}</p>')
        if photo.can_be_tried_again and st.button("Try again", icon=":material/refresh:", key=f"again-{file_id}"):
            photo.try_again()
            st.rerun()
    elif photo.is_waiting:
        st.html(f'<p class="photo-problem" role="status" data-testid="problem">Not read yet. {NOT_READ_YET}</p>')
    else:
        left, right = st.columns([1, 1.4], gap="medium")
        left.html(picture_html(photo))
        with right:
            show_digits(photo)


def show_digits(photo: Photo) -> None:
    """The number as a whole, and a card for each digit."""
    st.html(number_html(photo))
    place_of_saved = st.empty()
    with st.container(key=f"digits-{photo.file_id}"):
        for number, digit in enumerate(photo.digits, start=1):
            with st.container(key=f"digit-{digit.found.prediction.id}", gap="xsmall"):
                show_digit(number, digit)
    with place_of_saved:
        show_saved(photo)


def show_digit(number: int, digit: PhotoDigit) -> None:
    """One digit and the control that corrects it; a second tap on the same takes that back."""
    st.html(digit_html(number, digit))
    key = f"label-{digit.found.prediction.id}"
    st.session_state[key] = digit.label
    st.segmented_control(
        f"What digit {number} really is",
        range(10),
        key=key,
        on_change=take_label,
        args=(digit, key),
        label_visibility="collapsed",
        width="stretch",
        wrap=False,
    )


def take_label(digit: PhotoDigit, key: str) -> None:
    """What was tapped; None where it was tapped again."""
    give_label(digit, st.session_state[key], connect().outbox)
    get_statistics.clear()


def show_saved(photo: Photo) -> None:
    """Whether storage has what is on the page."""
    delivery = save_photo(photo, connect().outbox, get_save_wait_s())
    saved = delivery is Delivery.SAVED
    words = "Saved" if saved else f"Not saved yet: {delivery.value}"
    st.html(f'<div class="saved" role="status" data-testid="saved" data-saved="{str(saved).lower()}">{words}</div>')


@st.fragment(run_every=LOOK_EVERY_S)
def look_again(page: PhotoPage) -> None:
    """Runs the page again once what waited can be read, or was saved."""
    waiting = any(photo.is_waiting for photo in page.photos)
    if (waiting and check_health().inference) or any(was_saved_late(photo, connect().outbox) for photo in page.photos):
        st.rerun()


show_page()
