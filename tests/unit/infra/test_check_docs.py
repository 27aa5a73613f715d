"""Each kind of problem that a page may have is found, and what only looks like one is left alone."""

from pathlib import Path

import pytest

from infra.check_docs import find_problems


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A small repository: two pages, a package and a Makefile."""
    for folder in ("docs/decisions", "services/inference", "models/cnn/1"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "Makefile").write_text("VENV := .venv\nrun: ## start\n\techo\nbenchmark-page:\n\techo\n")
    (tmp_path / "docs" / "api.md").write_text("# API\n\n## Problem codes, `code`\n\n## Limits\n\n## Limits\n")
    (tmp_path / "services" / "inference" / "__main__.py").touch()
    (tmp_path / "services" / "inference" / "settings.py").touch()
    return tmp_path


def problems_of(root: Path, text: str, page: str = "README.md") -> list[str]:
    (root / page).write_text(text)
    return [problem.removeprefix(f"{page}:") for problem in find_problems(root)]


def test_a_module_that_the_makefile_runs_must_exist(root: Path) -> None:
    (root / "Makefile").write_text(
        "run:\n\t@$(BIN)/python -m services.inference\n\t@$(BIN)/python -m services.nobody\n"
    )
    assert find_problems(root) == ["Makefile: there is no module services.nobody"]


@pytest.mark.parametrize(
    "text",
    [
        "[calling it](docs/api.md)",
        "[codes](docs/api.md#problem-codes-code), [again](docs/api.md#limits-1), ![a folder](docs)",
        "# Here\n\n[above](#here), [elsewhere](https://example.org/nothing)",
        "`services/inference/settings.py:3` and `services/*/settings.py`, `models/<name>/<version>/`, `docs/…`",
        "`GET /v1/models/cnn`, `http://127.0.0.1:8001/v1/models/nobody`, and models/of-prose",
        "`python -m services.inference` and `python -m pytest -q`",
        "`make run`, `SLATE_HOST=0.0.0.0 make run`, `make benchmark-page ARGS=1`",
        "```sh run\nmake run\n```\n\n```python stack\nprint()\n```\n\n```json\n{}\n```",
    ],
)
def test_a_sound_page_has_no_problem(root: Path, text: str) -> None:
    assert problems_of(root, text) == []


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("a\n[b](docs/gone.md)", "2: the link docs/gone.md leads to no file"),
        ("![a](docs/images/gone.png)", "1: the link docs/images/gone.png leads to no file"),
        ("[a](docs/api.md#gone)", "1: the link docs/api.md#gone leads to no heading"),
        ("[a](docs/api.md#limits-2)", "1: the link docs/api.md#limits-2 leads to no heading"),
        ("# A\n\n[a](#b)", "3: the link #b leads to no heading"),
        ("| a |\n| --- |\n| [b](gone) |", "3: the link gone leads to no file"),
        ("`services/inference/gone.py`", "1: there is no file or folder services/inference/gone.py"),
        ("`models/<name>/weights`", "1: there is no file or folder models/<name>/weights"),
        ("```text\na\nservices/gone/\n```", "3: there is no file or folder services/gone/"),
        ("`python -m services.gone`", "1: there is no module services.gone"),
        ("`.venv/bin/python -m no_such_package.x`", "1: there is no module no_such_package.x"),
        ("```sh run\ncd . && make gone\n```", "2: there is no `make gone`"),
        ("a `make benchmark`", "1: there is no `make benchmark`"),
        ("a\n\u00abb\u00bb", "2: write straight quotes or backticks in place of guillemets"),
    ],
)
def test_a_problem_is_named_with_its_line(root: Path, text: str, problem: str) -> None:
    assert problems_of(root, text) == [problem]


@pytest.mark.parametrize("block", ["```sh\nls\n```", "```bash sometimes\nls\n```", "```python\nprint()\n```"])
def test_a_program_without_a_marker_is_a_problem(root: Path, block: str) -> None:
    (problem,) = problems_of(root, block)
    assert "needs one of these markers: run, stack, needs-cluster, needs-data" in problem


@pytest.mark.parametrize("block", ["```\nls\n```", "    ls\n"])
def test_a_block_without_a_language_is_a_problem(root: Path, block: str) -> None:
    (problem,) = problems_of(root, block)
    assert problem.startswith("1: this code block has no language")


def test_pages_in_subfolders_of_docs_are_checked_too(root: Path) -> None:
    assert problems_of(root, "[a](../api.md) [b](api.md)", "docs/decisions/0001.md") == [
        "1: the link api.md leads to no file"
    ]
