"""The page in a real browser."""

from __future__ import annotations

import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from processes import Crossret

from .conftest import Run
from .test_process import served

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page


@pytest.fixture(scope="module")
def address(crossret: Crossret, run: Run) -> Iterator[str]:
    with served(crossret, run) as (_, found):
        yield found


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    wrong: list[str] = []
    with browser.new_page() as opened:
        opened.on("pageerror", lambda error: wrong.append(str(error)))
        opened.on("dialog", lambda dialog: wrong.append("a dialog"))
        opened.goto(address)
        opened.wait_for_selector("body[data-ready]")
        yield opened
    assert wrong == []


def test_typing_finds_pictures_in_both_columns(page: Page) -> None:
    page.get_by_label("Language").select_option("es")
    page.get_by_label("Describe a picture").fill("aro azul")
    page.get_by_role("button", name="Search").click()
    for number in (1, 2):
        column = page.get_by_role("region", name=f"Model {number}")
        column.get_by_role("listitem").first.wait_for()
        assert column.get_by_role("listitem").count() == 12
    first = page.get_by_role("region", name="Model 1").get_by_role("img", name="blue circle")
    first.wait_for()
    first.evaluate("image => image.decode()")
    assert first.evaluate("image => image.naturalWidth") == 32
    methods = {page.locator(".method").nth(place).input_value() for place in (0, 1)}
    assert methods == {"translate-train", "all-terms"}


def test_the_keyboard_is_enough(page: Page) -> None:
    # The text has the focus from the start.
    page.keyboard.type("aro azul")
    page.keyboard.press("Tab")
    page.keyboard.type("Sp")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.locator(".hits li").first.wait_for()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    assert page.locator(".column:visible").count() == 1


def test_an_uploaded_picture_finds_captions(page: Page, run: Run) -> None:
    page.get_by_label("Language").select_option("es")
    page.get_by_label("find captions for a picture").set_input_files(run.small.data / "images" / "test-blue-circle.png")
    column = page.get_by_role("region", name="Model 1")
    column.get_by_text("aro azul", exact=True).wait_for()
    assert "12 captions" in column.get_by_role("status").inner_text()


def test_script_is_shown_and_not_run(page: Page) -> None:
    page.get_by_label("Language").select_option("es")
    page.locator(".query").first.select_option("translated")
    page.get_by_label("Describe a picture").fill("<img src=x onerror=alert(1)>")
    page.keyboard.press("Enter")
    # No route reads it: the text comes back inside the error.
    page.locator(".column").first.get_by_role("status").get_by_text("<img src=x").wait_for()
    assert page.locator("img[src=x]").count() == 0


def test_a_head_without_end_is_refused(address: str) -> None:
    with pytest.raises(urllib.error.URLError):
        urllib.request.urlopen(urllib.request.Request(f"{address}/api/models", headers={"X-Long": "a" * 10**6}))


def test_a_refusal_is_read_in_the_column(page: Page) -> None:
    page.get_by_label("Language").select_option("zz")
    page.locator(".query").first.select_option("translated")
    page.get_by_label("Describe a picture").fill("xyz")
    page.keyboard.press("Enter")
    page.get_by_text("no translation route").wait_for()


@pytest.mark.parametrize("width", [390, 820, 1280])
def test_nothing_is_wider_than_the_window(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    page.get_by_label("Describe a picture").fill("aro azul")
    page.keyboard.press("Enter")
    page.locator(".hits li").first.wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
