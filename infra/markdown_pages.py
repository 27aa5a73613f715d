"""A Markdown page in, its code blocks, links, inline code and heading anchors out, each with its line number.

`infra.check_docs` checks them. Two tests take the code blocks and run them.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token

PAGES = ("*.md", "clients/**/README.md", "docs/**/*.md")


def list_pages(root: Path) -> list[Path]:
    """The pages in the root folder, those of the client packages, and everything in `docs`."""
    return sorted({page for pattern in PAGES for page in root.glob(pattern)})


@dataclass(frozen=True)
class Block:
    """A code block. `marker` is the rest of the line after the language: how a test treats it."""

    line: int
    language: str
    marker: str
    code: str


class MarkdownPage:
    """One parsed file. Line numbers start at 1."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.text = path.read_text()
        self._tokens = MarkdownIt("commonmark").enable("table").parse(self.text)

    def find_blocks(self) -> Iterator[Block]:
        """Fenced blocks, and indented ones, which have no language and no marker."""
        for token in self._tokens:
            if token.type in {"fence", "code_block"} and token.map:
                language, _, marker = token.info.strip().partition(" ")
                yield Block(token.map[0] + 1, language, marker.strip(), token.content)

    def find_code(self) -> Iterator[tuple[int, str]]:
        """(line number, text) for each line of a code block and each piece of code within a sentence."""
        for block in self.find_blocks():
            yield from enumerate(block.code.splitlines(), block.line + bool(block.language))
        yield from ((line, token.content) for line, token in self._find_inline() if token.type == "code_inline")

    def find_links(self) -> Iterator[tuple[int, str]]:
        """(line number, address) for each link and each picture."""
        for line, token in self._find_inline():
            if address := token.attrGet("href") or token.attrGet("src"):
                yield line, str(address)

    def find_anchors(self) -> set[str]:
        """The names that GitHub gives the headings, for `page.md#name`."""
        anchors: set[str] = set()
        for opening, heading in pairwise(self._tokens):
            if opening.type == "heading_open":
                text = "".join(child.content for child in heading.children or [])
                name = anchor = re.sub(r"[^\w -]", "", text.lower()).replace(" ", "-")
                count = 0
                while anchor in anchors:
                    count += 1
                    anchor = f"{name}-{count}"
                anchors.add(anchor)
        return anchors

    def _find_inline(self) -> Iterator[tuple[int, Token]]:
        """(line number, token) for what stands within paragraphs, headings and table cells."""
        line = 0
        for token in self._tokens:
            line = token.map[0] + 1 if token.map else line
            breaks = 0
            for child in token.children or []:
                yield line + breaks, child
                breaks += child.type in {"softbreak", "hardbreak"}
