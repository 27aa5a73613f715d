"""`make openapi` writes the OpenAPI descriptions of the two APIs to docs/openapi.

A test compares these files with the code, so every change of an API shows in a review.
"""

import json
import re
from pathlib import Path

from fastapi import FastAPI

from services.inference.app import create_app as create_inference
from services.inference.settings import Settings as InferenceSettings
from services.storage.app import create_app as create_storage
from services.storage.settings import Settings as StorageSettings

NUMBERS = re.compile(r"\[[\d.,\s]+\]")
FOLDER = Path(__file__).parents[1] / "docs" / "openapi"


def make_documents() -> dict[str, str]:
    """Return the content of each file by its name. No service is started for this."""
    storage = StorageSettings(database_url="postgresql://localhost/slate", token="documentation")  # noqa: S106
    apps = {"inference.json": create_inference(InferenceSettings()), "storage.json": create_storage(storage)}
    return {name: render(app) for name, app in apps.items()}


def render(app: FastAPI) -> str:
    """Render the description with one key per line and a list of numbers on one line."""
    document = json.dumps(app.openapi(), indent=1, ensure_ascii=False, sort_keys=True) + "\n"
    return NUMBERS.sub(lambda numbers: " ".join(numbers.group().split()), document)


def main() -> None:
    """Write the files."""
    FOLDER.mkdir(exist_ok=True)
    for name, content in make_documents().items():
        (FOLDER / name).write_text(content)


if __name__ == "__main__":
    main()
