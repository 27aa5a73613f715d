"""The web pages that `make run` allows to call inference: the page itself, and those that the operator names."""

import pytest

from infra.local.settings import LocalSettings
from services.inference.settings import Settings


@pytest.mark.parametrize(
    ("host", "own"),
    [
        ("127.0.0.1", ("http://127.0.0.1:8501", "http://localhost:8501")),
        ("0.0.0.0", ("http://127.0.0.1:8501", "http://localhost:8501")),
        ("localhost", ("http://localhost:8501",)),
        ("192.0.2.7", ("http://192.0.2.7:8501", "http://localhost:8501")),
    ],
)
@pytest.mark.parametrize("named", ["", "https://lab.example"])
def test_the_page_itself_may_always_call(
    monkeypatch: pytest.MonkeyPatch, host: str, own: tuple[str, ...], named: str
) -> None:
    origins = LocalSettings(SLATE_HOST=host, INFERENCE_CORS_ORIGINS=named).origins  # type: ignore[call-arg]
    monkeypatch.setenv("INFERENCE_CORS_ORIGINS", origins)
    assert Settings().cors_origins == ((*own, named) if named else own)
