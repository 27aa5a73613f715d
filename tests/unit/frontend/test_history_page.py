"""The History page with a storage that refuses every request: it shows a sentence and no traceback."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.responses import JSONResponse
from streamlit.testing.v1 import AppTest

from services.frontend.connections import connect, refresh_rights
from services.frontend.views.history.filters import list_stored_models
from shared.contracts.problem import Problem
from tests.integration.clients.listening import listening
from tests.network import CLOSED_URL
from tests.unit.frontend.conftest import FakeBrowser

PAGE = Path(__file__).parents[3] / "services/frontend/views/history/page.py"
REFUSAL = Problem(type="about:blank", title="", status=401, code="unauthorised", detail="Send the <token> of storage.")


def refusing_storage() -> FastAPI:
    """A storage that is ready and refuses every request."""
    app = FastAPI()

    @app.get("/readyz")
    def say_yes() -> dict[str, str]:
        return {}

    @app.api_route("/v1/{path:path}", methods=["GET", "POST"])
    def refuse(path: str) -> JSONResponse:
        return JSONResponse(REFUSAL.model_dump(), REFUSAL.status)

    return app


@pytest.fixture
def _refused(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    cached = (connect, list_stored_models, refresh_rights)
    with listening(refusing_storage()) as address:
        monkeypatch.setenv("FRONTEND_STORAGE_URL", address)
        monkeypatch.setenv("FRONTEND_INFERENCE_URL", CLOSED_URL)
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
