"""The page looks as it was when somebody last looked; how to store new screenshots: ``screenshots.py``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from made_up_run import made_up_page
from screenshots import VIEWS, Scheme, differences, stored, take

if TYPE_CHECKING:
    from playwright.sync_api import Browser

HOW = "if that is meant, look at the page and store new screenshots: python tests/report/screenshots.py"


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made_up_page(tmp_path_factory.mktemp("made-up"))


@pytest.mark.parametrize(("width", "scheme"), VIEWS)
def test_the_page_looks_as_it_is_stored(browser: Browser, page: Path, width: int, scheme: Scheme) -> None:
    found = list(differences(take(browser, page.as_uri(), width, scheme), stored(width, scheme)))
    assert not found, f"{found}; {HOW}"


@pytest.mark.parametrize(
    ("part", "whole", "broken"),
    [
        ("leaderboard", "<style>", "<style media='print'>"),
        ("heat", "td.heat {", "td.cold {"),
        ("learning", "stroke: var(--c)", "stroke: none"),
        ("data", "--card: #ffffff", "--card: #ffeedd"),
    ],
)
def test_a_page_with_a_fault_does_not(browser: Browser, page: Path, part: str, whole: str, broken: str) -> None:
    text = page.read_text(encoding="utf-8")
    assert whole in text
    faulty = page.with_name("faulty.html")
    faulty.write_text(text.replace(whole, broken, 1), encoding="utf-8")
    found = differences(take(browser, faulty.as_uri(), 1280, "light"), stored(1280, "light"))
    assert part in {line.partition(":")[0] for line in found}
