"""The page in a real browser."""

from __future__ import annotations

import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING

import pypdf
import pytest

from crossret.report.chapters import Chapter
from crossret.report.page import page

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

WIDTHS = (360, 820, 1280)
CONTRAST = (Path(__file__).parent / "contrast.js").read_text(encoding="utf-8")
# An A4 page less the margins that a browser leaves.
PAPER = 718


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


def test_the_keyboard_reaches_a_heading_that_shows_it_and_keeps_it(browser: Browser, address: str) -> None:
    page = browser.new_page()
    page.goto(address)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getBoundingClientRect().left") > 0, "the way past the contents is seen"
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.matches('th button')"):
            break
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    heading = page.locator("table.sortable").first.locator("thead th").nth(1)
    assert heading.get_attribute("aria-sort") == "ascending"
    focused = page.evaluate(
        "(({outlineStyle, outlineWidth}) => [outlineStyle, outlineWidth])(getComputedStyle(document.activeElement))"
    )
    assert focused == ["solid", "3px"]
    assert page.evaluate("document.activeElement.closest('th').cellIndex") == 1
    page.close()


def test_rows_without_a_number_stay_last_in_both_orders(browser: Browser, address: str) -> None:
    page = browser.new_page()
    page.goto(address)
    table = page.locator("table.sortable").first
    names = table.locator("thead th").all_inner_texts()
    (column,) = (place for place, name in enumerate(names) if name.startswith("p"))
    for order in ("ascending", "descending"):
        table.locator("thead button").nth(column).click()
        values = table.locator(f"tbody td:nth-child({column + 1})").evaluate_all(
            "all => all.map((x) => x.dataset.value)"
        )
        numbers = [float(value) for value in values if value]
        assert values[len(numbers) :] == [""] * (len(values) - len(numbers))
        assert len(numbers) < len(values)
        assert numbers == sorted(numbers, reverse=order == "descending")
    page.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_can_be_read_against_what_is_behind_it(browser: Browser, address: str, scheme: str) -> None:
    with browser.new_context(color_scheme=scheme) as context:  # type: ignore[arg-type]
        page = context.new_page()
        page.goto(address)
        found = page.evaluate(CONTRAST, 4.5)
        assert found["low"] == []
        assert found["texts"] > 200


def test_paper_has_every_part_with_what_is_closed_on_the_screen(
    browser: Browser, address: str, made: tuple[Chapter, ...], tmp_path: Path
) -> None:
    page = browser.new_page(viewport={"width": PAPER, "height": 1000})
    page.goto(address)
    page.emulate_media(media="print")
    assert page.evaluate("document.documentElement.scrollWidth") <= PAPER
    wide = page.locator(".scroll").evaluate_all("all => all.filter((x) => x.scrollWidth > x.clientWidth).length")
    assert wide == 0
    file = tmp_path / "report.pdf"
    page.pdf(path=file, format="A4")
    heads = page.locator("h3").all_inner_texts()
    page.close()
    text = _words("".join(sheet.extract_text() for sheet in pypdf.PdfReader(file).pages))
    part = made[0].galleries[0]
    assert len(heads) == 9
    for expected in (*heads, *part.leaderboard.notes, *made[0].data.description.counts):
        assert _words(expected) in text


def _words(text: str) -> str:
    """Without spaces, which a reader of printed pages has to guess, and without ligatures."""
    return "".join(unicodedata.normalize("NFKC", text).split())


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
