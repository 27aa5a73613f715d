"""The Photo page as Streamlit runs it, with services that answer at once: numbers, tables, and pages of many digits."""

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI, Request, Response
from PIL import Image
from streamlit.testing.v1 import AppTest

from services.frontend.connections import connect, fetch_statistics, refresh_rights
from services.frontend.views.photo.reading import CARDS, make_photo
from services.frontend.views.photo.state import KEY, Photo, PhotoPage
from shared.contracts.page import PageReading
from tests.integration.clients.listening import listening
from tests.unit.clients.page_readings import a_reading, a_table
from tests.unit.frontend.test_page_picture import encode

PAGE = Path(__file__).parents[3] / "services/frontend/views/photo/page.py"
LONG_S = 30
PICTURE = encode(Image.new("RGB", (400, 200), "white"), "PNG")


class Services:
    """Inference and storage behind one address. `reading` is the answer to every picture."""

    def __init__(self) -> None:
        self.reading: PageReading = a_reading("7")
        self.read = 0
        self.written: list[str] = []

    def make_app(self) -> FastAPI:
        app = FastAPI()

        @app.post("/v1/read")
        def read() -> PageReading:
            self.read += 1
            return self.reading

        @app.api_route("/{path:path}", methods=["GET", "PUT", "DELETE"])
        def answer(path: str, request: Request) -> Response:
            self.written += [path] if request.method != "GET" else []
            return Response()

        return app


@pytest.fixture
def services(monkeypatch: pytest.MonkeyPatch) -> Iterator[Services]:
    services, cached = Services(), (connect, fetch_statistics, refresh_rights)
    with listening(services.make_app()) as address:
        monkeypatch.setenv("FRONTEND_STORAGE_URL", address)
        monkeypatch.setenv("FRONTEND_INFERENCE_URL", address)
        for each in cached:
            each.clear()
        yield services
        connect().close()
        for each in cached:
            each.clear()


def open_page(*, name: str = "page.png") -> AppTest:
    page = AppTest.from_file(PAGE, default_timeout=LONG_S)
    photos = PhotoPage()
    photos.take([Photo("1", name, "upload", PICTURE)])
    page.session_state[KEY] = photos
    return run(page)


def run(page: AppTest) -> AppTest:
    page.run()
    assert not page.exception
    return page


def html_of(page: AppTest) -> str:
    return "".join(element.proto.body for element in page.get("html"))


def photo_of(page: AppTest) -> Photo:
    photo: Photo = page.session_state[KEY].photos[0]
    return photo


def test_the_number_is_shown_and_follows_a_correction(services: Services) -> None:
    services.reading = a_reading("19,95")
    page = open_page()
    assert page.code[0].value == "19,95"
    second = photo_of(page).digits[1].prediction.id
    page.button_group(f"label-card-{second}").set_value(7).run()
    assert page.code[0].value == "17,95"
    assert "1 digit corrected." in html_of(page)
    assert services.read == 1


def test_a_digit_that_is_no_digit_leaves_the_number_and_can_be_put_back(services: Services) -> None:
    services.reading = a_reading("19,95")
    page = open_page()
    first = photo_of(page).digits[0].prediction.id
    page.button(f"no-card-{first}").click()
    assert run(page).code[0].value == "9,95"
    page.button(f"back-card-{first}").click()
    assert run(page).code[0].value == "19,95"


def test_without_any_digit_left_the_page_says_so(services: Services) -> None:
    page = open_page()
    page.button(f"no-card-{photo_of(page).digits[0].prediction.id}").click()
    run(page)
    assert not page.code
    assert "You removed every digit of this picture." in html_of(page)


def test_a_page_without_digits_has_one_calm_sentence(services: Services) -> None:
    services.reading = a_reading()
    page = open_page()
    assert "No digits were found on this picture." in html_of(page)
    assert not page.code
    assert 'data-testid="problem"' not in html_of(page)


def test_a_table_is_shown_as_a_table_with_a_csv_to_download(services: Services) -> None:
    table = a_table([[0, 1], []], [[2], [3]], texts=[["19,95 3", ""], ["6", "7"]])
    services.reading = a_reading("19,95 3", "6 7", tables=(table,))
    page = open_page(name="form 1.jpg")
    assert "<tr><td>19,95 3</td><td></td></tr><tr><td>6</td><td>7</td></tr>" in html_of(page)
    (download,) = page.get("download_button")
    assert download.proto.label == "Download CSV"
    assert page.expander[0].code[0].value == "19,95 3\n6 7"


def test_a_page_of_a_thousand_digits_has_few_widgets_and_all_digits_can_be_reached(services: Services) -> None:
    line = " ".join(["12345"] * 20)
    services.reading = a_reading(*[line] * 10).model_copy(update={"width": 6000, "height": 800})
    page = open_page()
    assert page.code[0].value == "\n".join([line] * 10)
    assert len(page.get("button_group")) == CARDS + 1  # and the choice between files and the camera
    assert f"1 to {CARDS} of 1000 digits" in html_of(page)
    page.button("Next-1").click()
    assert f"{CARDS + 1} to {2 * CARDS} of 1000 digits" in html_of(run(page))
    photo_of(page).tapped = 700
    assert len(run(page).get("button_group")) == CARDS + 2
    assert '<span class="place">701</span>' in html_of(page)


def test_a_turn_asks_inference_again(services: Services) -> None:
    page = open_page()
    page.button("turn-1").click()
    services.reading = a_reading("42")
    run(page)
    run(page)
    assert (services.read, page.code[0].value) == (2, "42")
    assert Image.open(io.BytesIO(photo_of(page).data)).size == (400, 200)


def test_the_page_says_that_inference_turned_the_picture(services: Services) -> None:
    services.reading = a_reading("7", rotation=180)
    assert "The picture was turned by 180° to be read." in html_of(open_page())


def test_one_button_calls_all_digits_right_and_takes_that_back(services: Services) -> None:
    services.reading = a_reading("19,95", "6")
    page = open_page()
    page.button("confirm-1").click()
    run(page)
    assert [digit.label for digit in photo_of(page).digits] == [1, 9, 9, 5, 6]
    assert page.button("confirm-1").label == "Take back"
    page.button("confirm-1").click()
    run(page)
    assert [digit.label for digit in photo_of(page).digits] == [None] * 5
    assert page.button("confirm-1").label == "All right"


def test_an_example_is_read_and_can_be_corrected_but_nothing_of_it_is_saved(services: Services) -> None:
    page = open_page()
    run(page)
    services.reading = a_reading("19,95")
    services.written.clear()
    for _ in range(2):  # the second tap puts it on top again
        page.button("example-amount").click()
        run(page)
    assert [photo.name for photo in page.session_state[KEY].photos] == ["An amount", "page.png"]
    example = photo_of(page)
    second = example.digits[1].prediction.id
    page.button_group(f"label-card-{second}").set_value(7).run()
    assert page.code[0].value == "17,95"
    page.button(f"no-card-{example.digits[0].prediction.id}").click()
    run(page)
    page.button(f"confirm-{example.file_id}").click()
    assert run(page).code[0].value == "7,95"
    assert "An example, so nothing of it is saved" in html_of(page)
    assert services.written == []


def test_a_file_that_is_no_picture_has_its_own_sentence(services: Services) -> None:
    page = open_page()
    page.session_state[KEY].take([make_photo("2", "drawing.svg", "upload", b"<svg xmlns='x'></svg>")])
    run(page)
    assert "The file is an SVG drawing, which Slate can&#x27;t read." in html_of(page)
    assert services.read == 1
