"""The page in a real browser."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from crossret.report.chapters import Chapter
from crossret.report.page import page

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

WIDTHS = (360, 800, 1400)


@pytest.fixture(scope="module")
def address(made: tuple[Chapter, ...], tmp_path_factory: pytest.TempPathFactory) -> str:
    file: Path = tmp_path_factory.mktemp("page") / "report.html"
    file.write_text(page("Emoji", "crossret report run", made), encoding="utf-8")
    return file.as_uri()


@pytest.mark.parametrize("width", WIDTHS)
def test_nothing_is_wider_than_the_window_and_nothing_is_asked_of_a_network(
    browser: Browser, address: str, width: int
) -> None:
    page = browser.new_page(viewport={"width": width, "height": 900})
    asked, said = [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    page.goto(address)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert [url for url in asked if not url.startswith("data:")] == [address]
    assert said == []
    page.close()


def labels(page: Page) -> list[str]:
    return page.locator("table.sortable").first.locator("tbody th").all_inner_texts()


def test_a_heading_sorts_by_click_and_by_key(browser: Browser, address: str) -> None:
    page = browser.new_page()
    page.goto(address)
    heading = page.locator("table.sortable").first.locator("thead th").first
    heading.locator("button").click()
    assert heading.get_attribute("aria-sort") == "ascending"
    assert labels(page) == sorted(labels(page))
    heading.locator("button").focus()
    page.keyboard.press("Enter")
    assert heading.get_attribute("aria-sort") == "descending"
    assert labels(page) == sorted(labels(page), reverse=True)
    page.close()


def test_dark_where_the_user_wants_it_dark(browser: Browser, address: str) -> None:
    def background(scheme: str) -> str:
        context = browser.new_context(color_scheme=scheme)
        page = context.new_page()
        page.goto(address)
        found: str = page.evaluate("getComputedStyle(document.body).backgroundColor")
        context.close()
        return found

    assert background("light") == "rgb(246, 247, 249)"
    assert background("dark") == "rgb(15, 21, 27)"
