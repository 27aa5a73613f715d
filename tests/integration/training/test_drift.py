"""From drawings in a real storage, read by a shipped version, to the report that the real inference serves."""

import base64
import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import httpx
import numpy as np
import pytest
from PIL import Image, ImageDraw

from services.inference.app import create_app as create_inference
from services.inference.settings import Settings as InferenceSettings
from services.storage.app import create_app as create_storage
from services.storage.settings import Settings as StorageSettings
from shared.contracts.drift import DriftReport
from shared.recognition.drift_file import DRIFT
from shared.recognition.model_version import MANIFEST, find_manifest
from tests.integration.clients.listening import listening
from tests.written_versions import write_copies
from training.drift.__main__ import main
from training.drift.histograms import EDGES

MODELS = Path(__file__).parents[3] / "models"
TOKEN = "a token for tests"
NOW = datetime.now(UTC)


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A models folder with a version whose validation data were counted."""
    models = tmp_path_factory.mktemp("models")
    (models / "cnn").mkdir()
    for part in (MODELS / "cnn").iterdir():
        (models / "cnn" / part.name).symlink_to(part)
    return models


@pytest.fixture
def client(database_url: str) -> Iterator[httpx.Client]:
    app = create_storage(StorageSettings(database_url=database_url, token=TOKEN))
    with (
        listening(app) as address,
        httpx.Client(base_url=address, headers={"Authorization": f"Bearer {TOKEN}"}) as client,
    ):
        yield client


@dataclass(frozen=True)
class Drawing:
    """What is stored of one drawing. The answers are as sure as the validation data of the shipped version."""

    number: int
    digit: int
    confidence: float
    digit_score: float
    pen: int
    contrast: int
    longer: int
    source: str = "canvas"
    rejected: bool = False

    def draw(self) -> str:
        """A black bar on light paper, as base64 of a PNG of 280×280."""
        picture = Image.new("L", (280, 280), 255)
        top = (280 - self.longer) // 2
        box = (140 - self.pen // 2, top, 140 + (self.pen + 1) // 2, top + self.longer)
        ImageDraw.Draw(picture).rectangle(box, 255 - self.contrast)
        picture.putpixel((0, 0), self.number % 2 + 253)  # so that no two drawings are the same file
        file = io.BytesIO()
        picture.save(file, "PNG")
        return base64.b64encode(file.getvalue()).decode()

    def store(self, client: httpx.Client, version: str) -> str:
        path = f"/v1/predictions/{UUID(int=self.number + 1, version=4)}"
        body = {
            "digit": self.digit,
            "confidence": self.confidence,
            "probabilities": [0.1] * 10,
            "digit_score": self.digit_score,
            "model": {"name": "cnn", "version": version},
            "drawing": self.draw(),
            "source": self.source,
            "rejected": self.rejected,
            "created_at": (NOW - timedelta(minutes=self.number + 1)).isoformat(),
        }
        answer = client.put(path, json=body)
        assert answer.status_code == 201, answer.text
        return path


def sample(measure: str, random: np.random.Generator) -> float:
    """Draw a value as the validation data of canvases have it."""
    counts = np.array(find_manifest(MODELS, "cnn").distributions["canvas"][measure])
    edges = EDGES[measure]  # type: ignore[index]
    chosen = random.choice(len(counts), p=counts / counts.sum())
    return float(random.uniform(edges[chosen], edges[chosen + 1]))


def draw_usual(number: int, **changes: object) -> Drawing:
    """Draw a digit with the measures of the validation data, and the given changes."""
    random = np.random.default_rng(number)
    longer = round(280 * sample("size", random))
    usual = {
        "number": number,
        "digit": round(sample("digit", random)),
        "confidence": sample("confidence", random),
        "digit_score": sample("digit_score", random),
        "pen": max(2, round(sample("line_width", random) * longer / 20)),
        "contrast": round(255 * sample("darkness", random)),
        "longer": longer,
    }
    return Drawing(**(usual | changes))  # type: ignore[arg-type]


def report(models: Path, client: httpx.Client, *arguments: str) -> DriftReport:
    options = [f"--models-dir={models}", f"--storage-url={client.base_url}", f"--storage-token={TOKEN}"]
    assert main(["report", "cnn", *options, *arguments]) == 0
    return DriftReport.model_validate_json((models / "cnn" / DRIFT).read_bytes())


def version_of(models: Path) -> str:
    return find_manifest(models, "cnn").version


def store_many(models: Path, client: httpx.Client, count: int, **changes: object) -> None:
    for number in range(count):
        draw_usual(number, **changes).store(client, version_of(models))


def test_drawings_like_the_validation_data_cause_no_sentence(
    models: Path, client: httpx.Client, capsys: pytest.CaptureFixture[str]
) -> None:
    store_many(models, client, 250)
    made = report(models, client)
    assert (made.drawings, made.left_out, made.note, made.sentences) == (250, 0, None, [])
    assert {each.measure for each in made.distributions} == set(EDGES)
    assert "Nothing differs clearly from the validation data." in capsys.readouterr().out


@pytest.mark.parametrize(
    ("changes", "beginning"),
    [
        ({"pen": 60, "longer": 200}, "Lines are thicker than in the validation data: "),
        ({"contrast": 60}, "Ink is paler than in the validation data: its contrast to the paper is 2"),
        ({"longer": 40, "pen": 4}, "Digits are smaller on their pictures than in the validation data: "),
        ({"digit": 7}, "Other digits are drawn than in the validation data: 7 is 100% of the digits instead of 1"),
        ({"confidence": 0.6}, "Answers are less sure than on the validation data: 0% have a confidence of "),
        ({"digit_score": 0.6}, "Drawings look less like digits than the validation data: 0% have a digit score of "),
    ],
)
def test_a_sentence_says_what_differs(
    models: Path, client: httpx.Client, changes: dict[str, object], beginning: str, capsys: pytest.CaptureFixture[str]
) -> None:
    store_many(models, client, 120, **changes)
    made = report(models, client)
    (sentence,) = [each for each in made.sentences if each.startswith(beginning)]
    assert sentence in capsys.readouterr().out


def test_too_few_drawings_are_not_compared(models: Path, client: httpx.Client) -> None:
    store_many(models, client, 30, confidence=0.3, digit=7, contrast=60)
    made = report(models, client)
    assert (made.drawings, made.sentences, made.distributions) == (30, [], [])
    assert str(made.note).startswith(f"30 drawn digits by cnn/{version_of(models)} in 7 days: at least 100")


def test_only_digits_that_people_drew_for_this_version_count(models: Path, client: httpx.Client) -> None:
    store_many(models, client, 105)
    draw_usual(200, rejected=True).store(client, version_of(models))
    draw_usual(201, source="api").store(client, version_of(models))
    draw_usual(202).store(client, "another")
    draw_usual(8 * 24 * 60).store(client, version_of(models))  # eight days ago
    for number, label in ((203, "not_a_digit"), (204, 3)):
        path = draw_usual(number, rejected=label == 3).store(client, version_of(models))
        assert client.put(f"{path}/label", json={"digit": label}).status_code == 200
    made = report(models, client)
    assert (made.drawings, made.left_out) == (106, 3)  # people said that the last one is a digit
    assert report(models, client, "--programs").drawings == 107
    assert report(models, client, "--days=9").drawings == 107


def test_inference_serves_the_newest_report(models: Path, client: httpx.Client) -> None:
    store_many(models, client, 110, contrast=60)
    (models / "cnn" / DRIFT).unlink(missing_ok=True)
    with listening(create_inference(InferenceSettings(models_dir=models))) as address:
        missing = httpx.get(f"{address}/v1/models/cnn/drift")
        assert (missing.status_code, missing.json()["code"]) == (404, "not_found")
        made = report(models, client)
        assert DriftReport.model_validate_json(httpx.get(f"{address}/v1/models/cnn/drift").content) == made
        (models / "cnn" / DRIFT).write_text("{")
        assert httpx.get(f"{address}/v1/models/cnn/drift").status_code == 404


def test_a_token_without_the_right_is_reported_in_a_sentence(
    models: Path, client: httpx.Client, capsys: pytest.CaptureFixture[str]
) -> None:
    options = [f"--models-dir={models}", f"--storage-url={client.base_url}", "--storage-token=another"]
    assert main(["report", *options]) == 1
    assert "Set STORAGE_TOKEN" in capsys.readouterr().err


def test_a_version_without_distributions_names_the_command_that_adds_them(
    client: httpx.Client, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    [manifest] = write_copies(tmp_path, "mlp", "1")
    uncounted = manifest.model_copy(update={"distributions": {}})
    (tmp_path / "mlp" / "1" / MANIFEST).write_text(uncounted.model_dump_json())
    options = [f"--models-dir={tmp_path}", f"--storage-url={client.base_url}", f"--storage-token={TOKEN}"]
    assert main(["report", "mlp", *options]) == 1
    assert "run `python -m training.drift describe mlp/" in capsys.readouterr().err
    assert not (tmp_path / "mlp" / DRIFT).exists()


def test_a_version_of_pen_strokes_is_not_described_without_them(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("PEN_DIGITS", raising=False)
    before = (MODELS / "cnn" / version_of(MODELS) / MANIFEST).read_bytes()
    assert main(["describe", "cnn", f"--models-dir={MODELS}"]) == 1
    assert "give --pen-digits a file" in capsys.readouterr().err
    assert (MODELS / "cnn" / version_of(MODELS) / MANIFEST).read_bytes() == before
