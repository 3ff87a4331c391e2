"""Reads the pages: which commands and files they show, and what is marked as not run."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
PAGES = [ROOT / "README.md", *sorted(DOCS.rglob("*.md"))]

_MARK = re.compile(r"<!-- (not run|run): (.+?) -->")
_FENCE = re.compile(r"^```(\{?[\w-]*\}?) ?(\w*)$")


@dataclass(frozen=True)
class Step:
    """What a reader does: save a file, or type commands.

    Attributes:
        path: of the file; empty for commands.
        why_not: why a test does not type the commands; empty if it does.
    """

    line: int
    text: str
    path: str = ""
    why_not: str = ""


def steps(page: Path) -> Iterator[Step]:
    """The steps of a page in order.

    ``<!-- not run: reason -->`` before a block excludes it; ``<!-- run: command -->`` is typed by the test alone.
    """
    why_not = ""
    lines = iter(enumerate(page.read_text(encoding="utf-8").splitlines(), start=1))
    for number, line in lines:
        mark = _MARK.fullmatch(line)
        fence = _FENCE.match(line)
        if mark and mark[1] == "run":
            yield Step(number, mark[2])
        elif mark:
            why_not = mark[2]
        elif fence:
            yield from _block(number, fence[1], _until_closed(lines), why_not)
            why_not = ""
        elif line.strip():
            why_not = ""


def _until_closed(lines: Iterator[tuple[int, str]]) -> list[str]:
    content = []
    for _, line in lines:
        if line == "```":
            break
        content.append(line)
    return content


def _block(number: int, kind: str, content: list[str], why_not: str) -> Iterator[Step]:
    if kind in ("sh", "console", "bash"):
        yield Step(number, "\n".join(content), why_not=why_not)
    elif kind == "{code-block}" and content[0].startswith(":caption: "):
        body = "\n".join(content[1:]).lstrip("\n") + "\n"
        yield Step(number, body, path=content[0].removeprefix(":caption: "))
