from __future__ import annotations

import pytest

from crossret_emoji.builder.choice import Candidate
from crossret_emoji.builder.icons import Icon, IconSet, resolve
from crossret_emoji.builder.joins import join_by_code_point, join_by_name, own_names, slug, squash, wrong_joins
from crossret_emoji.builder.rendering import svg
from crossret_emoji.concepts import load_concepts
from crossret_emoji.layout import SHIPPED

ICONS: IconSet = {
    "width": 32,
    "height": 32,
    "icons": {
        "left-arrow": {"body": "<path/>"},
        "dog-face": {"body": "<circle/>", "width": 40},
        "hotdog": {"body": "<rect/>"},
    },
    "aliases": {
        "right-arrow": {"parent": "left-arrow", "hFlip": True},
        "arrow-back": {"parent": "right-arrow", "hFlip": True, "rotate": 3},
        "arrow-down": {"parent": "arrow-back", "rotate": 2},
        "dead-end": {"parent": "nothing"},
    },
}


def candidate(key: str, name: str, label: str = "", emoji: str = "xx") -> Candidate:
    return Candidate(key, emoji, name, label or name, "group", "subgroup", "1")


def test_aliases_add_up_their_turns() -> None:
    assert resolve(ICONS, "left-arrow") == Icon("left-arrow", False, False, 0)
    assert resolve(ICONS, "right-arrow") == Icon("left-arrow", True, False, 0)
    assert resolve(ICONS, "arrow-back") == Icon("left-arrow", False, False, 3)
    assert resolve(ICONS, "arrow-down") == Icon("left-arrow", False, False, 1)
    assert resolve(ICONS, "dead-end") is None


def test_names_as_icon_sets_write_them() -> None:
    assert slug("Piñata’s “Café” & more!") == "pinatas-cafe-more"
    assert squash("Hot-dog 2") == "hotdog2"
    assert set(own_names(candidate("1f436", "dog face", "puppy", "🐶"))) == {"dog-face", "puppy"}


def test_code_point_joins_fall_back_on_the_name() -> None:
    concepts = {"1": candidate("1", "dog face"), "2": candidate("2", "right arrow"), "3": candidate("3", "cat")}
    found = join_by_code_point(ICONS, {"1": "hotdog"}, concepts)
    assert found == {"1": Icon("hotdog", False, False, 0), "2": Icon("left-arrow", True, False, 0)}


def test_name_joins_use_a_drawing_once_and_prefer_the_cldr_name() -> None:
    concepts = {"1": candidate("1", "dog face"), "2": candidate("2", "puppy"), "3": candidate("3", "left arrow")}
    names = {"1": {"hotdog", "dog-face"}, "2": {"dog-face"}, "3": {"left-arrow"}}
    found = join_by_name(ICONS, concepts, names, squashed=False)
    assert {key: icon.name for key, icon in found.items()} == {"1": "dog-face", "3": "left-arrow"}


def test_squashed_names_ignore_separators() -> None:
    concepts = {"1": candidate("1", "hot dog")}
    assert join_by_name(ICONS, concepts, {"1": set()}, squashed=False) == {}
    assert join_by_name(ICONS, concepts, {"1": set()}, squashed=True) == {"1": Icon("hotdog", False, False, 0)}


def test_pairs_found_wrong_are_not_shipped() -> None:
    designs = {concept.id: concept.designs for concept in load_concepts(SHIPPED)}
    assert len(wrong_joins()) == 19
    assert not [pair for pair in wrong_joins() if pair[0] in designs[pair[1]]]


def test_documents_are_square_and_mirrored_about_their_middle() -> None:
    document = svg(ICONS, Icon("dog-face", True, False, 1))
    assert 'width="40" height="40" viewBox="0.0 -4.0 40 40"' in document
    assert "translate(20.0 16.0) rotate(90) scale(-1 1) translate(-20.0 -16.0)" in document


def test_rendering_gives_the_shipped_size() -> None:
    pytest.importorskip("resvg_py")
    from crossret_emoji.builder.rendering import render

    body = '<svg xmlns="http://www.w3.org/2000/svg" width="8" height="8"><rect width="8" height="8" fill="red"/></svg>'
    assert render(body)[:4] == b"RIFF"
