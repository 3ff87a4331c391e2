from __future__ import annotations

from dataclasses import replace
from html.parser import HTMLParser

from report_run import COMMAND, LABEL

from crossret.report.chapters import Chapter
from crossret.report.hardest import Hardest
from crossret.report.page import page, title_of
from crossret.report.section import Absent

NEVER_CLOSED = {"meta", "img", "line", "circle", "rect", "path"}


class Document(HTMLParser):
    """What a page is made of; it fails on tags that do not match."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []
        self.open: list[str] = []
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in NEVER_CLOSED:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text.append(data)

    def attributes(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


def test_every_section_is_there_and_every_reference_leads_to_an_element_once(made: tuple[Chapter, ...]) -> None:
    document = Document(page("Emoji", "crossret report run", made))
    ids = [attributes["id"] for _, attributes in document.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    links = {attributes["href"] for attributes in document.attributes("a")}
    assert links <= {f"#{name}" for name in ids}
    assert len(document.attributes("section")) == 9
    assert not [one for one in made[0].galleries if any(hasattr(getattr(one, name), "why") for name in one.__slots__)]


def test_nothing_is_loaded_from_elsewhere(made: tuple[Chapter, ...]) -> None:
    document = Document(page("Emoji", "crossret report run", made))
    for tag, attributes in document.tags:
        for name in ("src", "href", "srcset", "data", "action"):
            address = attributes.get(name) or "#"
            assert address.startswith(("#", "data:image/")), (tag, address)
        assert not [name for name in attributes if name.startswith("on")]
    assert not document.attributes("link")
    (policy,) = [one["content"] for one in document.attributes("meta") if one.get("http-equiv")]
    assert policy is not None
    assert policy.startswith("default-src 'none'")
    assert len(document.attributes("script")) == 1


def test_text_of_records_and_captions_is_text(made: tuple[Chapter, ...]) -> None:
    part = made[0].galleries[0]
    assert isinstance(part.hardest, Hardest)
    caption = "\"><script>alert('caption')</script>"
    assert not isinstance(part.hardest.pictures, Absent)
    query, asked = part.hardest.texts[0], part.hardest.pictures[0]
    evil = replace(query, text=caption, right=replace(query.right, caption=caption))
    found = (replace(asked.found[0], text=caption, meaning=caption), *asked.found[1:])
    hardest = replace(part.hardest, texts=(evil,), pictures=(replace(asked, right=(caption,), found=found),))
    part = replace(part, hardest=hardest)
    document = Document(page(LABEL, COMMAND, (replace(made[0], galleries=(part,)),)))
    assert len(document.attributes("script")) == 1
    text = "".join(document.text)
    assert text.count(caption) == 3
    assert LABEL in text
    assert COMMAND in text
    assert document.attributes("img")[0]["alt"] == f"Asked for: {caption}"


def test_tables_pictures_and_charts_say_what_they_are(made: tuple[Chapter, ...]) -> None:
    document = Document(page("Emoji", "crossret report run", made))
    ids = {attributes["id"] for _, attributes in document.tags if "id" in attributes}
    assert all(one["aria-labelledby"] in ids for one in document.attributes("table"))
    assert all(one.get("scope") in ("col", "row") for one in document.attributes("th"))
    assert all(one.get("alt") for one in document.attributes("img"))
    charts = [one for one in document.attributes("svg") if one.get("role") == "img"]
    assert len(charts) == 2 + len(made[0].galleries)
    assert len(document.attributes("title")) == 1 + len(charts)


def test_the_same_records_give_the_same_page(made: tuple[Chapter, ...]) -> None:
    assert page("Emoji", "x", made) == page("Emoji", "x", made)
    assert len(page("Emoji", "x", made)) < 1_500_000


def test_a_title_names_few_suites_and_counts_many() -> None:
    assert title_of(["a"]) == "a"
    assert title_of(["a", "b"]) == "a and b"
    assert title_of(["a", "b", "c"]) == "a and 2 more suites"
