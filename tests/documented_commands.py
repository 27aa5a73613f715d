"""Collects the code blocks of README and docs that a test runs, as parameters that are named by page and line."""

from pathlib import Path
from typing import Any

import pytest

from infra.markdown_pages import MarkdownPage, list_pages

ROOT = Path(__file__).parents[1]


def find_commands(marker: str) -> list[Any]:
    """One parameter (path, block) for each block with that marker."""
    return [
        pytest.param(path, block, id=f"{path.relative_to(ROOT)}:{block.line}")
        for path in list_pages(ROOT)
        for block in MarkdownPage(path).find_blocks()
        if block.marker == marker
    ]
