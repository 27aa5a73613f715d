"""The pages with services that refuse every request: they show why, and no traceback."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.responses import JSONResponse
from streamlit.testing.v1 import AppTest

from services.frontend.connections import connect, refresh_rights
from services.frontend.views.history.filters import list_stored_models
from services.frontend.views.models.lookups import _list_models
from shared.contracts.problem import Problem
from tests.integration.clients.listening import listening
from tests.unit.frontend.conftest import FakeBrowser

VIEWS = Path(__file__).parents[3] / "services/frontend/views"
PAGE = VIEWS / "history/page.py"
REFUSAL = Problem(type="about:blank", title="", status=401, code="unauthorised", detail="Send the <token> of storage.")


def refusing_service() -> FastAPI:
    """It is ready and refuses every request."""
    app = FastAPI()

    @app.get("/readyz")
    def say_yes() -> dict[str, str]:
        return {}

    @app.api_route("/v1/{path:path}", methods=["GET", "POST", "DELETE"])
    def refuse(path: str) -> JSONResponse:
        return JSONResponse(REFUSAL.model_dump(), REFUSAL.status)

    return app


@pytest.fixture
def _refused(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    cached = (connect, list_stored_models, refresh_rights, _list_models)
    with listening(refusing_service()) as address:
        monkeypatch.setenv("FRONTEND_STORAGE_URL", address)
        monkeypatch.setenv("FRONTEND_INFERENCE_URL", address)
        for each in cached:
            each.clear()
        yield
        connect().close()
        for each in cached:
            each.clear()


@pytest.mark.usefixtures("_refused")
@pytest.mark.parametrize("query", [{}, {"older_than": "AAAA"}, {"model": "a\x00"}], ids=["newest", "older", "model"])
def test_the_detail_of_a_refusal_is_shown(query: dict[str, str], client: FakeBrowser) -> None:
    client.cookies = {"slate_visitor": "a.visitor"}
    page = AppTest.from_file(PAGE, default_timeout=60)
    page.query_params.update(query)
    page.run()
    assert not page.exception
    html = "".join(element.proto.body for element in page.get("html"))
    assert "Send the &lt;token&gt; of storage." in html
    assert not any("The place in" in info.value for info in page.info)


def delete_everything() -> None:
    from services.frontend.views.history.delete_mine import delete_mine

    delete_mine()


def show_cell() -> None:
    from services.frontend.views.statistics.confusion import show_examples
    from shared.contracts.storage import HistoryFilters

    show_examples(3, 5, 1, HistoryFilters())


def show_in_shadow() -> None:
    from services.frontend.views.models.shadow import show_shadow
    from shared.contracts.inference import ModelList
    from shared.contracts.message import ModelVersion

    version = ModelVersion(name="cnn", version="1")
    show_shadow(ModelList(default=version, shadow=version, models=[]))


def open_deleted() -> None:
    from services.frontend.session.draw_state import DrawState
    from services.frontend.views.draw.opened import open_drawing, show_opened
    from tests.unit.frontend.test_recent_strip import SEVEN

    open_drawing(SEVEN)
    show_opened(DrawState())


@pytest.mark.usefixtures("_refused")
@pytest.mark.parametrize(
    "shown",
    [
        VIEWS / "statistics/page.py",
        VIEWS / "models/page.py",
        delete_everything,
        show_cell,
        show_in_shadow,
        open_deleted,
    ],
)
def test_a_refusal_is_not_called_an_outage(shown: Path | Callable[[], None], client: FakeBrowser) -> None:
    client.cookies = {"slate_visitor": "a.visitor"}
    page = AppTest.from_file(shown) if isinstance(shown, Path) else AppTest.from_function(shown)
    page.run(timeout=60)
    assert not page.exception
    said = "".join([element.proto.body for element in page.get("html")] + [each.value for each in page.warning])
    assert "of storage." in said
    assert "right now" not in said
