"""The Photo page: pictures from a file or the camera, with every digit on them found, read, and open to correction.

Each picture is a fragment, so a tap on one reruns nothing of the others.
"""

import re
import string
from html import escape

import streamlit as st

from services.frontend.connections import (
    check_health,
    connect,
    get_digit_score_threshold,
    get_settle_s,
    get_statistics,
)
from services.frontend.elements.headings import show_title
from services.frontend.elements.sentences import describe_delivery
from services.frontend.saving.outbox import Delivery
from services.frontend.session.chosen_model import ask_chosen_model, get_chosen_model
from services.frontend.views.photo.cards import digit_html, number_html, picture_html
from services.frontend.views.photo.reading import can_progress, make_photo, reads_pages, save_photo, try_to_read
from services.frontend.views.photo.state import Photo, PhotoDigit, PhotoPage, get_photo_page
from services.frontend.views.photo.uploads import forget_uploads
from shared.contracts.page import PageReading

MAX_FILE_MB = 32  # for the largest HEIC; the browser refuses larger files
MARKDOWN = re.compile(f"[{re.escape(string.punctuation)}]")
UPLOAD, CAMERA = "Upload", "Camera"
ICONS = {UPLOAD: ":material/upload: Upload", CAMERA: ":material/photo_camera: Camera"}
REFRESH_EVERY_S = 2.0
NOT_READ_YET = "Not read yet. The picture stays here and is read when the recogniser is back."
OWN_MODEL = "The model you chose reads only single drawings, so Slate's default model reads your pictures."


def show_page() -> None:
    """The controls to add pictures, and below them each picture with its digits."""
    page = get_photo_page()
    with st.container(border=True, key="intake", gap="xsmall"):
        show_title("A picture with one digit or many")
        st.html('<p class="note">Handwriting on paper, a board or a screen. Digits are read line by line.</p>')
        if not reads_pages(get_chosen_model()):
            st.html(f'<p class="note" data-testid="own-model">{OWN_MODEL}</p>')
        show_intake(page)
        if page.left_out:
            st.html(f'<p class="photo-problem" role="status" data-testid="no-room">{say_no_room(page.left_out)}</p>')
    read_and_show(page)
    if any(photo.is_waiting or not photo.is_saved for photo in page.photos):
        rerun_when_possible(page)


def show_intake(page: PhotoPage) -> None:
    """The choice between files and the camera. New pictures go to `page`."""
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
            forget_uploads([shot])
        return
    # Any file type is accepted. A file that is not a picture is listed below with its problem.
    # The key changes with each upload, which empties the list of files.
    files = st.file_uploader(
        "One or several pictures: PNG, JPEG or WebP up to 16 MB, HEIC up to 32 MB",
        accept_multiple_files=True,
        max_upload_size=MAX_FILE_MB,
        key=f"photo-files-{page.batches}",
    )
    if files:
        page.batches += 1
        page.take([make_photo(file.file_id, file.name, "upload", file.getvalue()) for file in files])
        forget_uploads(files)
        st.rerun()


def read_and_show(page: PhotoPage) -> None:
    """Shows each picture as soon as it is read. Once the recogniser is away, this run does not ask again."""
    waiting = [photo.file_id for photo in page.photos if photo.is_waiting]
    progress, is_ready = st.empty(), True
    for photo in list(page.photos):
        if photo.is_waiting and is_ready:
            done, name = waiting.index(photo.file_id), escape_markdown(photo.name)
            progress.progress(done / len(waiting), f"Reading picture {done + 1} of {len(waiting)}: {name}")
            is_ready = try_to_read(photo, read_page, get_digit_score_threshold, is_inference_ready)
            if photo.digits:
                get_statistics.clear()
        with st.container(border=True, key=f"photo-{photo.file_id}"):
            show_photo(photo.file_id)
    progress.empty()


def read_page(picture: bytes) -> PageReading:
    """Asks the chosen model if it reads pages, else the default. ServiceUnavailableError, RefusedError."""
    read = connect().inference.read
    if not reads_pages(get_chosen_model()):
        return read(picture)
    return ask_chosen_model(lambda model: read(picture, model=model))


def is_inference_ready() -> bool:
    """Asks inference again, because the last answer of the watch may be older than the failure."""
    return connect().inference_watch.ask_now()


def escape_markdown(text: str) -> str:
    """For widgets of Streamlit that show their text as Markdown."""
    return MARKDOWN.sub(r"\\\g<0>", text)


def say_no_room(left_out: int) -> str:
    """The sentence about pictures that did not fit."""
    were = "picture was" if left_out == 1 else "pictures were"
    return f"{left_out} {were} not added: there is no room until the others are saved. Remove some, or wait."


@st.fragment
def show_photo(file_id: str) -> None:
    """One picture with its digits, or with the problem."""
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
        if photo.can_be_retried and st.button("Try again", icon=":material/refresh:", key=f"again-{file_id}"):
            photo.retry()
            st.rerun()
    elif photo.is_waiting:
        st.html(f'<p class="photo-problem" role="status" data-testid="problem">{NOT_READ_YET}</p>')
    else:
        left, right = st.columns([1, 1.4], gap="medium")
        left.html(picture_html(photo))
        with right:
            show_digits(photo)


def show_digits(photo: Photo) -> None:
    """The numbers of all lines, and a card for each digit."""
    st.html(number_html(photo))
    place_of_saved = st.empty()
    with st.container(key=f"digits-{photo.file_id}"):
        for number, digit in enumerate(photo.digits, start=1):
            with st.container(key=f"digit-{digit.prediction.id}", gap="xsmall"):
                show_digit(number, digit)
    with place_of_saved:
        show_saved(photo)


def show_digit(number: int, digit: PhotoDigit) -> None:
    """One digit, and the ten buttons that label it."""
    st.html(digit_html(number, digit))
    key = f"label-{digit.prediction.id}"
    st.session_state[key] = digit.label
    st.segmented_control(
        f"True value of digit {number}",
        range(10),
        key=key,
        on_change=take_label,
        args=(digit, key),
        label_visibility="collapsed",
        width="stretch",
        wrap=False,
    )


def take_label(digit: PhotoDigit, key: str) -> None:
    """Labels the digit as tapped. A second tap on the same button leaves None, which removes the label."""
    digit.set_label(st.session_state[key])
    digit.send_label(connect().outbox)
    get_statistics.clear()


def show_saved(photo: Photo) -> None:
    """Saves all digits, and says whether storage has them."""
    delivery = save_photo(photo, connect().outbox, get_settle_s())
    saved = str(delivery is Delivery.SAVED).lower()
    words = describe_delivery(delivery, is_storage_away=not check_health().storage)
    st.html(f'<div class="saved" role="status" data-testid="saved" data-saved="{saved}">{words}</div>')


@st.fragment(run_every=REFRESH_EVERY_S)
def rerun_when_possible(page: PhotoPage) -> None:
    """Reruns the page once a waiting picture can be read, or more of a picture can be saved."""
    is_waiting = any(photo.is_waiting for photo in page.photos)
    can_read = is_waiting and check_health().inference
    if can_read or any(can_progress(photo, connect().outbox) for photo in page.photos):
        st.rerun()


show_page()
