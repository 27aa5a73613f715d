"""What the Models page shows of a drift report: its sentences, the date, and two bars for each bin."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from fastapi import FastAPI
from fastapi.responses import JSONResponse
from streamlit.testing.v1 import AppTest

from services.frontend.connections import connect, refresh_rights
from services.frontend.views.models.drift_chart import BINS, DRAWINGS, VALIDATION, drift_chart
from services.frontend.views.models.lookups import find_drift
from shared.contracts.drift import ComparedDistribution, DriftReport
from shared.contracts.message import ModelVersion
from shared.contracts.problem import Problem
from tests.integration.clients.listening import listening

SENTENCE = "Lines are thinner than in the validation data: 1.9 px instead of 2.8 px."
LINE_WIDTH = ComparedDistribution(
    measure="line_width",
    edges=[0, 0.8, 2, 8],
    drawings=[60, 40, 0],
    validation=[0.1, 0.2, 0.7],
    index=2,
    sentence=SENTENCE,
)
DIGIT = ComparedDistribution(
    measure="digit", edges=[-0.5, 0.5, 1.5], drawings=[50, 50], validation=[0.5, 0.5], index=0, sentence=None
)
NONE = Problem(type="about:blank", title="", status=404, code="not_found", detail="There is no drift report.")


def a_report(*distributions: ComparedDistribution, note: str | None = None) -> DriftReport:
    return DriftReport(
        model=ModelVersion(name="cnn", version="2"),
        created_at=datetime(2026, 11, 29, 3, tzinfo=UTC),
        since=datetime(2026, 11, 22, 3, tzinfo=UTC),
        drawings=100,
        left_out=7,
        owners=12,
        note=note,
        distributions=list(distributions),
    )


class Inference:
    """An inference that answers with one report, or that there is none."""

    report: DriftReport | None = None

    def make_app(self) -> FastAPI:
        app = FastAPI()

        @app.get("/v1/models/cnn/drift")
        def get_drift() -> JSONResponse:
            if self.report is None:
                return JSONResponse(NONE.model_dump(), NONE.status)
            return JSONResponse(self.report.model_dump(mode="json"))

        @app.get("/{path:path}")
        def answer(path: str) -> dict[str, str]:
            return {}

        return app


@pytest.fixture
def inference(monkeypatch: pytest.MonkeyPatch) -> Iterator[Inference]:
    inference, cached = Inference(), (connect, refresh_rights, find_drift)
    with listening(inference.make_app()) as address:
        monkeypatch.setenv("FRONTEND_STORAGE_URL", address)
        monkeypatch.setenv("FRONTEND_INFERENCE_URL", address)
        for each in cached:
            each.clear()
        yield inference
        connect().close()
        for each in cached:
            each.clear()


def show() -> AppTest:
    def draw():  # Streamlit runs the text of this function, without the names of this module
        from services.frontend.views.models.drift import show_drift

        show_drift("cnn")

    page = AppTest.from_function(draw, default_timeout=60).run()
    assert not page.exception
    return page


def html_of(page: AppTest) -> str:
    return "".join(element.proto.body for element in page.get("html"))


def charts_of(page: AppTest) -> list[str]:
    return [chart.proto.alt for chart in page.get("vega_lite_chart")]


def test_the_sentences_are_shown_with_the_version_and_the_date(inference: Inference) -> None:
    inference.report = a_report(DIGIT, LINE_WIDTH)
    page = show()
    assert SENTENCE in html_of(page)
    assert "100 digits that cnn/2 read from 22 November to 29 November 2026 differ from" in html_of(page)
    assert "Nothing differs" not in html_of(page)


def test_without_a_difference_the_page_says_so(inference: Inference) -> None:
    inference.report = a_report(DIGIT)
    assert "Nothing differs clearly from the validation data." in html_of(show())


def test_too_few_drawings_are_explained(inference: Inference) -> None:
    inference.report = a_report(note="30 drawn digits <by> cnn/2")
    assert "30 drawn digits &lt;by&gt; cnn/2" in html_of(show())
    assert "Nothing differs" not in html_of(show())


def test_without_a_report_nothing_is_shown(inference: Inference) -> None:
    assert html_of(show()) == ""


def test_every_chart_has_bars_of_both_in_every_bin() -> None:
    (rows,) = drift_chart(LINE_WIDTH).to_dict()["datasets"].values()
    assert [row for row in rows if row["of"] == DRAWINGS] == [
        {"bin": "under 0.8", "of": DRAWINGS, "share": 0.6},
        {"bin": "0.8–2", "of": DRAWINGS, "share": 0.4},
        {"bin": "2 and more", "of": DRAWINGS, "share": 0},
    ]
    assert [row["share"] for row in rows if row["of"] == VALIDATION] == LINE_WIDTH.validation


def test_bins_are_named_as_people_write_them() -> None:
    assert BINS["digit"]([-0.5, 0.5, 1.5]) == ["0", "1"]
    assert BINS["confidence"]([0, 0.5, 0.99, 1]) == ["0–50%", "50–99%", "99–100%"]
    assert BINS["digit_score"]([0, 0.5, 1]) == ["0–0.5", "0.5–1"]


def test_the_charts_are_described_for_people_who_cannot_see_them(inference: Inference) -> None:
    inference.report = a_report(DIGIT, LINE_WIDTH)
    described = charts_of(show())
    assert described[1] == (
        "Line width: most drawings are at under 0.8, 60%; most validation data are at 2 and more, 70%."
    )
