"""The Photo page: pictures from a file or the camera, which are read one after the other and shown below each other."""

import re
import string
from pathlib import Path

import streamlit as st

from services.frontend.connections import check_health, connect, forget_statistics, get_answer_threshold
from services.frontend.elements.headings import show_title
from services.frontend.session.chosen_model import ask_chosen_model, get_chosen_model, reads_pages
from services.frontend.views.photo.examples import add_example, show_examples
from services.frontend.views.photo.kept_pages import keep_page
from services.frontend.views.photo.one_photo import REFRESH_EVERY_S, show_photo
from services.frontend.views.photo.picture import MAX_MIB
from services.frontend.views.photo.reading import make_photo, try_to_read
from services.frontend.views.photo.state import PhotoPage
from services.frontend.views.photo.uploads import forget_uploads
from shared.contracts.page import PageReading, Rotation

MARKDOWN = re.compile(f"[{re.escape(string.punctuation)}]")
UPLOAD, CAMERA = "Upload", "Camera"
ICONS = {UPLOAD: ":material/upload: Upload", CAMERA: ":material/photo_camera: Camera"}
PICTURES = f"Pictures of any usual kind, or a PDF, up to {MAX_MIB} MB each"
INTAKE = (
    '<p class="note paste-hint">You can also paste a picture: Ctrl+V, or ⌘V on a Mac.</p>'
    f'<p class="photo-problem too-large" role="alert" data-testid="too-large" data-limit="{MAX_MIB}" hidden></p>'
)
SCRIPT = f"<script>{(Path(__file__).parent / 'intake.js').read_text()}</script>"
OWN_MODEL = "The model you chose reads only single drawings, so Slate's default model reads your pictures."


def show_page() -> None:
    """The controls to add pictures, and below them each picture with its digits."""
    page = keep_page()
    with st.container(border=True, key="intake", gap="xsmall"):
        show_title("A picture with one number or many")
        st.html('<p class="note">Handwriting on paper, a form, a table, a board or a screen.</p>')
        if not reads_pages(get_chosen_model()):
            st.html(f'<p class="note" data-testid="own-model">{OWN_MODEL}</p>')
        show_intake(page)
        show_examples(lambda name: add_example(page, name))
        if page.left_out:
            st.html(f'<p class="photo-problem" role="status" data-testid="no-room">{say_no_room(page.left_out)}</p>')
    read_and_show(page)
    if any(photo.is_waiting for photo in page.photos):
        rerun_when_possible()


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
        PICTURES,
        accept_multiple_files=True,
        max_upload_size=MAX_MIB,
        key=f"photo-files-{page.batches}",
    )
    st.html(INTAKE)
    if files:
        page.batches += 1
        page.take([make_photo(file.file_id, file.name, "upload", file.getvalue()) for file in files])
        forget_uploads(files)
        st.rerun()


def read_and_show(page: PhotoPage) -> None:
    """Shows each picture as soon as it is read. While the recogniser is away, no picture is sent."""
    waiting = [photo.file_id for photo in page.photos if photo.is_waiting]
    progress, is_ready = st.empty(), check_health().inference
    for photo in list(page.photos):
        if photo.is_waiting and is_ready:
            done, name = waiting.index(photo.file_id), escape_markdown(photo.name)
            progress.progress(done / len(waiting), f"Reading picture {done + 1} of {len(waiting)}: {name}")
            is_ready = try_to_read(photo, read_page, get_answer_threshold, is_inference_ready)
            page.limit_read_files()
            if photo.digits:
                forget_statistics()
        with st.container(border=True, key=f"photo-{photo.file_id}"):
            show_photo(photo.file_id)
    progress.empty()


def read_page(picture: bytes, rotation: Rotation | None) -> PageReading:
    """Asks the chosen model if it reads pages, else the default. ServiceUnavailableError, RefusedError."""
    read = connect().page_inference.read
    if not reads_pages(get_chosen_model()):
        return read(picture, rotation=rotation)
    return ask_chosen_model(lambda model: read(picture, model=model, rotation=rotation))


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


@st.fragment(run_every=REFRESH_EVERY_S)
def rerun_when_possible() -> None:
    """Reruns the page once a waiting picture can be read."""
    if check_health().inference:
        st.rerun()


show_page()
st.html(SCRIPT, unsafe_allow_javascript=True)
