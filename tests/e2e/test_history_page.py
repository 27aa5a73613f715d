"""The History page: filters, paging, labels, deletion, downloads. Each test filters by a model of its own."""

import base64
import csv
import io
import re
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import Browser, Download, Locator, Page, expect

from tests.e2e.pages import follow_menu
from tests.e2e.stack import Stack, wait_until

pytestmark = pytest.mark.browser

NOON = datetime(2026, 11, 10, 12, tzinfo=UTC)
PAGE_SIZE = 20


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 1000}, timezone_id="Europe/Berlin")
    page = context.new_page()
    page.set_default_timeout(60_000)
    yield page
    context.close()


class Shelf:
    """Predictions of one model in the storage of the stack, newest first."""

    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        self.model = f"m{uuid4().hex[:12]}"
        self.ids: list[str] = []

    def put(self, digit: int, label: int | None = None, file_format: str = "PNG", **changes: object) -> str:
        prediction_id = str(uuid4())
        body = {
            "digit": digit,
            "confidence": 0.9,
            "probabilities": [0.9 if each == digit else 0.01 for each in range(10)],
            "digit_score": 0.9,
            "model": {"name": self.model, "version": "1"},
            "drawing": base64.b64encode(picture_of(digit, file_format)).decode(),
            "source": "canvas",
            "created_at": (NOON - timedelta(hours=len(self.ids))).isoformat(),
            **changes,
        }
        with self.stack.storage() as storage:
            storage.put(f"/v1/predictions/{prediction_id}", json=body).raise_for_status()
            if label is not None:
                storage.put(f"/v1/predictions/{prediction_id}/label", json={"digit": label}).raise_for_status()
        self.ids.append(prediction_id)
        return prediction_id

    def stored(self, prediction_id: str) -> dict | None:
        with self.stack.storage() as storage:
            answer = storage.get(f"/v1/predictions/{prediction_id}")
        return answer.json() if answer.is_success else None

    def url(self, **query: object) -> str:
        filters = "".join(f"&{name}={value}" for name, value in query.items())
        return f"{self.stack.url('frontend')}/history?model={self.model}{filters}"

    def drawing(self, prediction_id: str) -> bytes:
        with self.stack.storage() as storage:
            return storage.get(f"/v1/predictions/{prediction_id}/drawing").content


def picture_of(digit: int, file_format: str) -> bytes:
    picture = Image.new("RGB", (280, 280), "#20302C")
    ImageDraw.Draw(picture).text((100, 60), str(digit), fill="white", font_size=140)
    file = io.BytesIO()
    picture.save(file, file_format)
    return file.getvalue()


@pytest.fixture
def shelf(stack: Stack) -> Shelf:
    return Shelf(stack)


@pytest.fixture
def mixed(shelf: Shelf) -> Shelf:
    """Ten drawings read as 0 to 9. The even ones are labelled; 4 and 8 are wrong."""
    for digit in range(10):
        label = None if digit % 2 else {4: 9, 8: 3}.get(digit, digit)
        shelf.put(digit, label, source="upload" if digit in {2, 3} else "canvas")
    return shelf


def all_rows(page: Page) -> Locator:
    return page.get_by_test_id("history-row")


def row_of(page: Page, prediction_id: str) -> Locator:
    return page.locator(f'[data-testid="history-row"][data-id="{prediction_id}"]')


def expect_digits(page: Page, digits: list[int]) -> None:
    expect(all_rows(page)).to_have_count(len(digits))
    for place, digit in enumerate(digits):
        expect(all_rows(page).nth(place)).to_have_attribute("data-digit", str(digit))


def expect_ids(page: Page, ids: list[str]) -> None:
    expect(all_rows(page).first).to_have_attribute("data-id", ids[0])
    expect(all_rows(page)).to_have_count(len(ids))
    for place, prediction_id in enumerate(ids):
        expect(all_rows(page).nth(place)).to_have_attribute("data-id", prediction_id)


def tap(page: Page, prediction_id: str, digit: int) -> None:
    page.locator(f".st-key-true-digit-{prediction_id}").get_by_role("radio", name=str(digit), exact=True).click()


def show(page: Page, name: str) -> None:
    page.locator(".st-key-history-show").get_by_role("radio", name=name, exact=True).click()


def press(page: Page, key: str) -> None:
    page.locator(f".st-key-{key} button").first.click()


def test_every_drawing_is_listed_newest_first(page: Page, mixed: Shelf) -> None:
    page.goto(mixed.url())
    expect_digits(page, list(range(10)))
    expect(page.get_by_test_id("count")).to_have_text("10 drawings")
    expect(all_rows(page).first.locator("img")).to_have_js_property("naturalWidth", 64)
    expect(all_rows(page).first.locator("time")).to_have_text("10 Nov 2026, 13:00")
    expect(row_of(page, mixed.ids[0])).to_have_class(re.compile("right"))
    expect(row_of(page, mixed.ids[4])).to_have_class(re.compile("wrong"))


@pytest.mark.parametrize(
    ("name", "digits"),
    [("Wrong", [4, 8]), ("Right", [0, 2, 6]), ("Labelled", [0, 2, 4, 6, 8]), ("Unlabelled", [1, 3, 5, 7, 9])],
)
def test_one_tap_filters_and_the_address_keeps_the_filter(
    page: Page, mixed: Shelf, name: str, digits: list[int]
) -> None:
    page.goto(mixed.url())
    expect_digits(page, list(range(10)))
    show(page, name)
    expect_digits(page, digits)
    expect(page).to_have_url(re.compile(f"show={name.lower()}"))
    page.reload()
    expect_digits(page, digits)
    expect(page.locator(".st-key-history-show").get_by_role("radio", name=name, exact=True)).to_be_checked()
    show(page, "All")
    expect_digits(page, list(range(10)))


@pytest.mark.parametrize(
    ("query", "digits"),
    [
        ({"read": 4}, [4]),
        ({"label": 9}, [4]),
        ({"source": "upload"}, [2, 3]),
        ({"since": "2026-11-10", "until": "2026-11-10"}, list(range(10))),
        ({"until": "2026-11-09"}, []),
        ({"since": "2026-11-11"}, []),
        ({"show": "wrong", "label": 3}, [8]),
    ],
    ids=str,
)
def test_a_link_sets_the_filters(page: Page, mixed: Shelf, query: dict[str, object], digits: list[int]) -> None:
    page.goto(mixed.url(**query))
    if digits:
        expect_digits(page, digits)
    else:
        expect(page.get_by_test_id("sentence")).to_have_text("No drawing matches these filters.")


def test_the_back_button_restores_the_previous_filter(page: Page, mixed: Shelf) -> None:
    page.goto(mixed.url())
    expect_digits(page, list(range(10)))
    show(page, "Wrong")
    expect_digits(page, [4, 8])
    page.go_back()
    expect_digits(page, list(range(10)))


def test_filters_are_set_and_cleared_by_hand(page: Page, mixed: Shelf) -> None:
    page.goto(mixed.url())
    expect_digits(page, list(range(10)))
    page.get_by_text("Filters: ").click()
    page.locator(".st-key-history-read").get_by_role("radio", name="8", exact=True).click()
    expect_digits(page, [8])
    expect(page).to_have_url(re.compile("read=8"))
    page.locator(".st-key-history-label").get_by_role("radio", name="5", exact=True).click()
    expect(page.get_by_test_id("sentence")).to_be_visible()
    press(page, "history-show-all")  # the way on from an empty list
    expect(page).to_have_url(re.compile(r"/history$"))
    expect(all_rows(page).first).to_be_visible()


@pytest.mark.parametrize("wrong", ["read=ten", "since=yesterday", "colour=red", "show=%3Cb%3E"])
def test_an_invalid_part_of_the_address_is_ignored_with_a_sentence(page: Page, mixed: Shelf, wrong: str) -> None:
    page.goto(f"{mixed.url()}&{wrong}")
    expect(page.get_by_text("is not valid and was ignored")).to_be_visible()
    expect_digits(page, list(range(10)))


def test_an_invalid_model_in_the_address_is_ignored_with_a_sentence(page: Page, mixed: Shelf) -> None:
    page.goto(f"{mixed.stack.url('frontend')}/history?model=a%00")
    expect(page.get_by_text("is not valid and was ignored")).to_be_visible()
    expect(all_rows(page).first).to_be_visible()


def test_an_invalid_place_in_the_address_is_ignored_with_a_sentence(page: Page, mixed: Shelf) -> None:
    page.goto(mixed.url(older_than="nonsense"))
    expect(page.get_by_text("starts with the first")).to_be_visible()
    expect_digits(page, list(range(10)))


def scroll_to(page: Page, top: int) -> None:
    page.locator(".stMain").evaluate("(main, top) => main.scrollTo(0, top)", top)


def expect_scrolled(page: Page, top: int) -> None:
    expect(page.locator(".stMain")).to_have_js_property("scrollTop", top)


def test_pages_begin_at_their_top_and_a_link_leads_to_one(page: Page, shelf: Shelf) -> None:
    for number in range(2 * PAGE_SIZE + 5):
        shelf.put(number % 10)
    first, second, third = shelf.ids[:PAGE_SIZE], shelf.ids[PAGE_SIZE : 2 * PAGE_SIZE], shelf.ids[2 * PAGE_SIZE :]
    page.goto(shelf.url())
    expect_ids(page, first)
    expect(page.locator(".st-key-history-previous button")).to_be_disabled()
    press(page, "history-next")  # it is at the bottom of the page
    expect_ids(page, second)
    expect_scrolled(page, 0)
    page.reload()
    expect_ids(page, second)
    press(page, "history-next")
    expect_ids(page, third)
    expect(page.locator(".st-key-history-next button")).to_be_disabled()
    press(page, "history-previous")
    expect_ids(page, second)
    press(page, "history-previous")
    expect_ids(page, first)
    press(page, "history-next")
    expect_ids(page, second)
    press(page, "history-first")
    expect_ids(page, first)
    expect(page.locator(".st-key-history-first button")).to_be_disabled()


def test_another_page_begins_at_its_top_and_coming_back_leads_to_where_one_was(page: Page, shelf: Shelf) -> None:
    for number in range(PAGE_SIZE):
        shelf.put(number % 10)
    page.goto(shelf.url())
    expect_ids(page, shelf.ids)
    scroll_to(page, 300)
    follow_menu(page, "Models", "Model")
    expect(page.get_by_role("table", name="Available versions")).to_be_visible()
    expect_scrolled(page, 0)
    page.go_back()
    expect_ids(page, shelf.ids)
    expect_scrolled(page, 300)


def test_the_least_sure_drawings_come_first_in_the_list_and_in_the_file(page: Page, shelf: Shelf) -> None:
    confidences = [(number * 7 % 23) / 100 for number in range(PAGE_SIZE + 3)]
    for confidence in confidences:
        shelf.put(5, confidence=confidence)
    expected = [prediction_id for _, prediction_id in sorted(zip(confidences, shelf.ids, strict=True))]
    page.goto(shelf.url())
    expect_ids(page, shelf.ids[:PAGE_SIZE])
    page.locator(".st-key-history-order").get_by_role("radio", name="Least sure first").click()
    expect_ids(page, expected[:PAGE_SIZE])
    file = download(page, "CSV: all 23")
    assert [row["id"] for row in read_csv(file)] == expected
    page.keyboard.press("Escape")
    press(page, "history-next")
    expect_ids(page, expected[PAGE_SIZE:])


def test_last_weeks_sevens_that_were_read_as_ones_are_found_and_downloaded(page: Page, shelf: Shelf) -> None:
    now = datetime.now(UTC)
    days_ago = [1, 6, 10]
    sevens = [shelf.put(1, label=7, created_at=(now - timedelta(days=days)).isoformat()) for days in days_ago]
    shelf.put(1, label=1, created_at=now.isoformat())
    shelf.put(7, label=7, created_at=now.isoformat())
    page.goto(shelf.url())
    expect(all_rows(page)).to_have_count(5)
    page.get_by_text("Filters:").click()
    for key, name in (("read", "1"), ("label", "7"), ("period", "Last 7 days")):
        page.locator(f".st-key-history-{key}").get_by_role("radio", name=name, exact=True).click()
        expect(page.locator(f".st-key-history-{key}").get_by_role("radio", name=name, exact=True)).to_be_checked()
    expect_ids(page, sevens[:2])
    expect(page.locator(".st-key-history-filters summary")).to_contain_text("really 7 · read as 1 · last 7 days")
    file = download(page, "CSV: all 2")
    assert [(row["id"], row["digit"], row["label"]) for row in read_csv(file)] == [
        (one, "1", "7") for one in sevens[:2]
    ]


def test_a_tap_on_a_drawing_shows_it_large_with_all_probabilities(page: Page, mixed: Shelf) -> None:
    page.goto(mixed.url())
    press(page, f"enlarge-{mixed.ids[4]}")
    large = page.get_by_test_id("enlarged")
    expect(large).to_contain_text("Read as 4, but it is 9")
    expect(large.locator("img")).to_have_js_property("naturalWidth", 280)
    expect(large.locator(".bar")).to_have_count(10)
    page.keyboard.press("Escape")
    expect(large).to_have_count(0)


def tick(page: Page, prediction_id: str) -> None:
    page.locator(f".st-key-tick-row-{prediction_id}").click()


def test_several_drawings_are_labelled_and_deleted_at_once(page: Page, mixed: Shelf) -> None:
    page.goto(mixed.url())
    expect_digits(page, list(range(10)))
    page.locator(".st-key-history-several label").click()
    tick(page, mixed.ids[1])
    expect(page.get_by_test_id("ticked")).to_have_text("1 selected")
    tick(page, mixed.ids[3])
    expect(page.get_by_test_id("ticked")).to_have_text("2 selected")
    page.locator(".st-key-several-label").get_by_role("radio", name="6", exact=True).click()
    expect(page.get_by_test_id("ticked")).to_have_text("0 selected")
    for labelled in (mixed.ids[1], mixed.ids[3]):
        expect(row_of(page, labelled)).to_have_attribute("data-label", "6")
        wait_until(lambda one=labelled: mixed.stored(one)["label"] == 6, "the label")
    press(page, "several-all")
    expect(page.get_by_test_id("ticked")).to_have_text("10 selected")
    tick(page, mixed.ids[0])
    expect(page.get_by_test_id("ticked")).to_have_text("9 selected")
    press(page, "several-delete")
    expect(page.get_by_text("Delete 9 drawings for good?")).to_be_visible()
    press(page, "several-really-delete")
    expect_digits(page, [0])
    assert [mixed.stored(one) is None for one in mixed.ids] == [False, *[True] * 9]


def test_a_tap_labels_and_a_tap_on_the_label_removes_it(page: Page, mixed: Shelf) -> None:
    one = mixed.ids[1]
    page.goto(mixed.url())
    tap(page, one, 7)
    expect(row_of(page, one)).to_have_class(re.compile("wrong"))
    expect(row_of(page, one)).to_contain_text("Saved")
    assert mixed.stored(one)["label"] == 7
    tap(page, one, 1)
    expect(row_of(page, one)).to_have_class(re.compile("right"))
    wait_until(lambda: mixed.stored(one)["label"] == 1, "the corrected label")
    page.reload()
    expect(row_of(page, one)).to_have_attribute("data-label", "1")
    tap(page, one, 1)
    expect(row_of(page, one)).to_have_class(re.compile("unlabelled"))
    wait_until(lambda: mixed.stored(one)["label"] is None, "the removed label")


def test_a_row_stays_when_its_new_label_no_longer_matches_the_filter(page: Page, mixed: Shelf) -> None:
    page.goto(mixed.url(show="wrong"))
    tap(page, mixed.ids[4], 4)
    expect(row_of(page, mixed.ids[4])).to_have_class(re.compile("right"))
    tap(page, mixed.ids[4], 9)
    expect(row_of(page, mixed.ids[4])).to_have_class(re.compile("wrong"))
    wait_until(lambda: mixed.stored(mixed.ids[4])["label"] == 9, "the old label again")


def test_the_keyboard_labels_too(page: Page, mixed: Shelf) -> None:
    page.goto(mixed.url())
    digit = page.locator(f".st-key-true-digit-{mixed.ids[3]}").get_by_role("radio", name="5", exact=True)
    digit.focus()
    page.keyboard.press("Enter")
    expect(row_of(page, mixed.ids[3])).to_have_attribute("data-label", "5")


def test_deleting_asks_first(page: Page, mixed: Shelf) -> None:
    doomed = mixed.ids[2]
    page.goto(mixed.url())
    press(page, f"delete-{doomed}")
    really = page.locator(f".st-key-really-delete-{doomed} button")
    expect(really).to_be_visible()
    assert mixed.stored(doomed) is not None
    really.click()
    expect(row_of(page, doomed)).to_have_count(0)
    expect(all_rows(page)).to_have_count(9)
    assert mixed.stored(doomed) is None


def download(page: Page, button: str) -> Download:
    press(page, "history-download")
    with page.expect_download() as begun:
        page.get_by_role("button", name=re.compile(button)).click()
    return begun.value


def read_csv(file: Download) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(file.path().read_bytes().decode("utf-8-sig"), newline="")))


def test_the_csv_holds_the_predictions_that_match_the_filters(page: Page, mixed: Shelf) -> None:
    page.goto(mixed.url(show="labelled"))
    expect_digits(page, [0, 2, 4, 6, 8])
    file = download(page, "CSV: all 5")
    assert file.suggested_filename == "slate-history.csv"
    rows = read_csv(file)
    assert [row["id"] for row in rows] == mixed.ids[::2]
    assert [row["label"] for row in rows] == ["0", "2", "9", "6", "3"]
    assert {row["model_name"] for row in rows} == {mixed.model}


def test_the_zip_holds_the_drawings_unchanged(page: Page, shelf: Shelf) -> None:
    for file_format in ("PNG", "JPEG", "WEBP"):
        shelf.put(5, file_format=file_format)
    page.goto(shelf.url())
    file = download(page, "ZIP with drawings: all 3")
    archive = zipfile.ZipFile(io.BytesIO(file.path().read_bytes()))
    rows = list(csv.DictReader(io.StringIO(archive.read("predictions.csv").decode("utf-8-sig"))))
    assert [row["file"].rpartition(".")[2] for row in rows] == ["png", "jpg", "webp"]
    assert [archive.read(row["file"]) for row in rows] == [shelf.drawing(prediction_id) for prediction_id in shelf.ids]


def test_while_storage_is_away_a_sentence_takes_the_place_of_the_list(page: Page, mixed: Shelf, stack: Stack) -> None:
    page.goto(mixed.url())
    expect_digits(page, list(range(10)))
    with stack.stopped("storage"):
        tap(page, mixed.ids[5], 6)
        expect(page.get_by_test_id("sentence")).to_have_text(re.compile("Storage can't be reached right now"))
        expect(page.locator(".st-key-history-show")).to_be_visible()
    expect(row_of(page, mixed.ids[5])).to_have_attribute("data-label", "6")
    wait_until(lambda: mixed.stored(mixed.ids[5])["label"] == 6, "the waiting label")


@pytest.mark.parametrize("width", [360, 768, 1440])
def test_nothing_is_wider_than_the_page(page: Page, mixed: Shelf, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(mixed.url())
    expect_digits(page, list(range(10)))
    assert page.locator(".stMain").evaluate("main => main.scrollWidth - main.clientWidth") == 0
    row = page.locator(f".st-key-history-row-{mixed.ids[0]}")
    box = row.bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= width
    if width < 900:
        expect(row.get_by_role("radio")).to_have_count(len(range(10)) + 1)
        taps = row.get_by_role("radio").or_(row.get_by_role("button"))
        sizes = [tap.bounding_box() for tap in taps.all()]
        assert len(sizes) > len(range(10))
        assert min(min(size["width"], size["height"]) for size in sizes if size) >= 44
