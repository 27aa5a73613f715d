"""The committed API descriptions are those of the code, so that an API changes only on purpose."""

import json

import pytest

from infra.openapi import FOLDER, make_documents

NAMES = ("inference.json", "storage.json")


@pytest.fixture(scope="module")
def documents() -> dict[str, str]:
    return make_documents()


@pytest.mark.parametrize("name", NAMES)
def test_the_api_is_as_documented(documents: dict[str, str], name: str) -> None:
    assert documents[name] == (FOLDER / name).read_text(), "Did you change the API on purpose? Then run `make openapi`."


def test_every_problem_has_an_example(documents: dict[str, str]) -> None:
    for document in map(json.loads, documents.values()):
        for operations in document["paths"].values():
            for operation in operations.values():
                for response in operation["responses"].values():
                    problem = response.get("content", {}).get("application/problem+json")
                    assert problem is None or problem["examples"]
