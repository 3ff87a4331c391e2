"""Every link of the pages leads somewhere, and every page is found from the home page.

Addresses outside are looked at only where ``CROSSRET_CHECK_ADDRESSES`` is set: no test asks the network unasked.
"""

import os
import urllib.error
import urllib.request
from functools import cache
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from documentation_pages import DOCS, PAGES, ROOT
from markdown_it import MarkdownIt
from mdit_py_plugins.anchors import anchors_plugin

FILES = [*PAGES, ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md"]
PARSER = MarkdownIt("commonmark").enable("table").use(anchors_plugin, max_level=6)
MYST_LEVELS = 3


@cache
def tokens(path: Path):
    return PARSER.parse(path.read_text(encoding="utf-8"))


@cache
def links(path: Path) -> list[str]:
    inline = [child for token in tokens(path) for child in token.children or ()]
    found = [child.attrGet("href") or child.attrGet("src") for child in inline]
    return [target for target in found if target]


@cache
def anchors(path: Path) -> set[str]:
    """What the site makes of headings; further down there are none."""
    levels = MYST_LEVELS if path.is_relative_to(DOCS) else 6
    heads = (token for token in tokens(path) if token.type == "heading_open" and int(token.tag[1]) <= levels)
    return {head.attrGet("id") for head in heads}


ADDRESSES = sorted({target for path in FILES for target in links(path) if urlsplit(target).scheme})


def test_links_are_found():
    assert "../images/report.png" in links(DOCS / "how-to" / "report.md")
    assert sum(len(links(path)) for path in FILES) > 100
    assert "translations-of-your-own" in anchors(DOCS / "how-to" / "many-languages.md")


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_link_leads_to_a_file_and_a_heading_in_it(path):
    for target in links(path):
        scheme, _, place, _, anchor = urlsplit(target)
        if scheme:
            continue
        there = (path.parent / unquote(place)).resolve() if place else path
        assert there.exists(), target
        assert there.is_relative_to(ROOT), f"{target} leads out of the project"
        if anchor:
            assert anchor in anchors(there), f"{target}: its headings are {sorted(anchors(there))}"


def forwards(path: Path) -> bool:
    """Whether a page only says where another one is, for those who look for it here."""
    return path.read_text(encoding="utf-8").startswith("---\norphan: true\n---")


def test_every_page_is_in_the_contents_and_named_by_another_page():
    home = (DOCS / "index.md").read_text(encoding="utf-8")
    pages = [path for path in PAGES if path.is_relative_to(DOCS) and path.name != "index.md" and not forwards(path)]
    for page in pages:
        name = page.relative_to(DOCS).with_suffix("").as_posix()
        assert home.splitlines().count(name) == 1, f"{name} is not in the contents of the home page, or twice"
    named = {(path.parent / unquote(urlsplit(target).path)).resolve() for path in PAGES for target in links(path)}
    assert [page.name for page in pages if page not in named] == []


def test_every_picture_is_shown_by_a_page():
    shown = {(path.parent / target).resolve() for path in PAGES for target in links(path)}
    pictures = [
        path for kind in ("png", "webp", "svg") for path in DOCS.rglob(f"*.{kind}") if "_build" not in path.parts
    ]
    assert pictures
    assert [path.name for path in pictures if path not in shown] == []


@pytest.mark.parametrize("address", ADDRESSES)
def test_an_address_outside_is_a_public_one(address):
    parts = urlsplit(address)
    assert parts.scheme == "https"
    assert "." in parts.netloc


@pytest.mark.skipif("CROSSRET_CHECK_ADDRESSES" not in os.environ, reason="CROSSRET_CHECK_ADDRESSES is not set")
@pytest.mark.parametrize("address", ADDRESSES)
def test_an_address_outside_answers(address):
    request = urllib.request.Request(address, headers={"User-Agent": "Mozilla/5.0 (links of a documentation)"})
    try:
        status = urllib.request.urlopen(request, timeout=30).status
    except urllib.error.HTTPError as error:
        status = error.code
    # Publishers who refuse robots answer all the same.
    assert status < 400 or status in (403, 405, 429)
