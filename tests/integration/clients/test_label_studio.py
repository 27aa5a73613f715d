"""The machine-learning backend for Label Studio, with the real inference and a stand-in for Label Studio's pictures."""

import base64
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from fastapi import FastAPI, Request, Response
from fastapi.responses import RedirectResponse

from clients.label_studio import pictures as pictures_module
from clients.label_studio.app import create_app
from clients.label_studio.label_config import ConfigError, read_config
from clients.label_studio.pictures import PictureError, Pictures
from clients.label_studio.reading import Reader
from clients.label_studio.settings import Settings
from services.inference.app import create_app as create_inference
from services.inference.settings import Settings as InferenceSettings
from shared.clients.inference import InferenceClient
from shared.clients.patience import Patience
from shared.contracts.examples import SEVEN_PNG
from shared.exchange.label_studio_task import LABEL_CONFIG
from tests.integration.clients.listening import listening
from tests.integration.inference.conftest import MODELS
from tests.network import CLOSED_URL
from tests.unit.recognition.written_page import as_png, write_rows

SEVEN = base64.b64decode(SEVEN_PNG)
DATA_URL = f"data:image/png;base64,{SEVEN_PNG}"
DIGITS = "".join(f'<Label value="{digit}"/>' for digit in range(10))
PAGE_CONFIG = f"""
<View><Image name="page" value="$scan"/>
<RectangleLabels name="box" toName="page">{DIGITS}</RectangleLabels>
<Rectangle name="number" toName="page"/><TextArea name="text" toName="page" perRegion="true"/></View>
"""
ASIDE: list[str] = []  # what was asked of a host that is not Label Studio


def make_label_studio() -> FastAPI:
    """Sends pictures to whoever has a token, and one away."""
    app = FastAPI()

    @app.get("/data/upload/1/seven.png")
    async def picture(request: Request) -> Response:
        right = request.headers.get("authorization") in ("Token a-token", "Bearer short-lived")
        return Response(SEVEN, 200 if right else 401)

    @app.get("/data/away.png")
    async def away(request: Request) -> Response:
        return RedirectResponse(str(request.base_url).replace("127.0.0.1", "localhost") + "aside")

    @app.get("/aside")
    async def aside() -> Response:
        ASIDE.append("asked")
        return Response(SEVEN)

    @app.post("/api/token/refresh")
    async def refresh(request: Request) -> dict[str, str]:
        assert await request.json() == {"refresh": "a.web.token"}
        return {"access": "short-lived"}

    return app


@pytest.fixture(scope="module")
def label_studio() -> Iterator[str]:
    with listening(make_label_studio()) as address:
        yield address


@pytest.fixture(scope="module")
def backend(label_studio: str) -> Iterator[str]:
    with (
        listening(create_inference(InferenceSettings(models_dir=MODELS))) as address,
        InferenceClient(address, patience=Patience(read_timeout_s=120)) as inference,
        Pictures(label_studio, "a-token") as pictures,
        listening(create_app(Settings(), Reader(inference, pictures, None), None)) as backend,
    ):
        yield backend


def ask(backend: str, config: str, *tasks: dict[str, Any]) -> list[dict[str, Any]]:
    """As Label Studio asks."""
    body = {
        "tasks": [{"id": number, "data": data, "meta": {}} for number, data in enumerate(tasks)],
        "project": "1.1764000000",
        "label_config": config,
        "params": {"login": "", "password": "", "context": None},
    }
    answer = httpx.post(f"{backend}/predict", json=body, timeout=120)
    assert answer.status_code == 200, answer.text
    return answer.json()["results"]


def test_label_studio_connects(backend: str) -> None:
    assert httpx.get(f"{backend}/health").json() == {"status": "UP", "model_class": "Slate"}
    project = {"project": "1.1", "schema": LABEL_CONFIG, "hostname": "http://evil.example", "access_token": "secret"}
    version = httpx.post(f"{backend}/setup", json=project).json()["model_version"]
    assert version.startswith("cnn/")
    assert httpx.get(f"{backend}/versions").json() == {"versions": [version]}
    for path in ("webhook", "train"):
        assert httpx.post(f"{backend}/{path}", json={"action": "ANNOTATION_CREATED"}).json() == {"status": "ignored"}


def test_a_digit_is_the_choice_of_its_task_wherever_the_picture_is(backend: str, label_studio: str) -> None:
    places = [DATA_URL, "/data/upload/1/seven.png", f"{label_studio}/data/upload/1/seven.png"]
    for prediction in ask(backend, LABEL_CONFIG, *({"image": place} for place in places)):
        (result,) = prediction["result"]
        assert (result["from_name"], result["to_name"], result["type"]) == ("digit", "image", "choices")
        assert result["value"] == {"choices": ["7"]}
        assert prediction["score"] > 0.9
        assert prediction["model_version"].startswith("cnn/")


def test_a_page_has_a_box_for_each_digit_and_a_text_for_each_number(backend: str) -> None:
    page = base64.b64encode(as_png(write_rows(["42", "7"])[0])).decode()
    (prediction,) = ask(backend, PAGE_CONFIG, {"scan": f"data:image/png;base64,{page}"})
    by_type = {
        kind: [each for each in prediction["result"] if each["type"] == kind]
        for kind in ("rectanglelabels", "rectangle", "textarea")
    }
    assert [box["value"]["rectanglelabels"] for box in by_type["rectanglelabels"]] == [["4"], ["2"], ["7"]]
    assert [text["value"]["text"] for text in by_type["textarea"]] == [["42"], ["7"]]
    assert [box["id"] for box in by_type["rectangle"]] == [text["id"] for text in by_type["textarea"]]
    for box in prediction["result"]:
        assert 0 <= box["value"]["x"] <= box["value"]["x"] + box["value"]["width"] <= 100


def test_no_other_host_is_asked_for_a_picture_and_no_redirect_is_followed(label_studio: str) -> None:
    elsewhere = label_studio.replace("127.0.0.1", "localhost")
    with Pictures(label_studio, "a-token") as pictures:
        for place in (f"{elsewhere}/aside", f"//{elsewhere[7:]}/aside", "http://[", "file:///etc/passwd", None, 5):
            with pytest.raises(PictureError):
                pictures.load(place)
        with pytest.raises(PictureError, match="307"):
            pictures.load("/data/away.png")
    assert ASIDE == []


def test_a_picture_that_cannot_be_read_leaves_the_others_their_predictions(backend: str) -> None:
    broken = [{"image": "http://elsewhere.example/x.png"}, {"image": "data:image/png;base64,eA=="}, {}]
    predictions = ask(backend, LABEL_CONFIG, *broken, {"image": DATA_URL})
    assert [len(each["result"]) for each in predictions] == [0, 0, 0, 1]


def test_a_personal_access_token_is_exchanged(label_studio: str) -> None:
    with Pictures(label_studio, "a.web.token") as pictures:
        assert pictures.load("/data/upload/1/seven.png") == SEVEN
    with Pictures(label_studio, None) as pictures, pytest.raises(PictureError, match="401"):
        pictures.load("/data/upload/1/seven.png")


def test_a_picture_that_is_too_large_is_not_taken(label_studio: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures_module, "MAX_BYTES", len(SEVEN) - 1)
    with Pictures(label_studio, "a-token") as pictures, pytest.raises(PictureError, match="bytes"):
        pictures.load("/data/upload/1/seven.png")


@pytest.mark.parametrize(
    "config",
    [
        "",
        "<View/>",
        '<View><Image name="i" value="$i"/><Choices name="c" toName="i"><Choice value="cat"/></Choices></View>',
        '<!DOCTYPE a [<!ENTITY b "c">]><View><Image name="i" value="$i"/></View>',
    ],
)
def test_a_project_that_slate_cannot_help_is_told_why(backend: str, config: str) -> None:
    with pytest.raises(ConfigError):
        read_config(config)
    answer = httpx.post(f"{backend}/setup", json={"schema": config})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")


def test_the_password_is_asked_for(label_studio: str) -> None:
    with (
        InferenceClient(CLOSED_URL, patience=Patience(retry_for_s=0)) as inference,
        Pictures(label_studio, None) as pictures,
        listening(create_app(Settings(), Reader(inference, pictures, None), "secret")) as backend,
    ):
        assert httpx.get(f"{backend}/health").status_code == 401
        assert httpx.get(f"{backend}/health", auth=("any", "wrong")).status_code == 401
        assert httpx.get(f"{backend}/health", auth=("any", "secret")).status_code == 200
        unavailable = httpx.post(f"{backend}/setup", json={"schema": LABEL_CONFIG}, auth=("any", "secret"))
        assert (unavailable.status_code, unavailable.json()["code"]) == (503, "not_ready")
