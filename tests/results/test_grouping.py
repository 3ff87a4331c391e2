from __future__ import annotations

import json
from pathlib import Path

import pytest

from crossret.errors import UsageError
from crossret.results.grouping import columns_of

EMOJI = Path(__file__).parents[2] / "plugins" / "crossret_emoji" / "data" / "manifest.json"


def test_a_column_is_a_language_unless_something_else_is_asked():
    assert columns_of(["gl", "es"]) == {"es": ("es",), "gl": ("gl",)}


@pytest.mark.parametrize(
    ("by", "expected"),
    [
        ("script", {"Cyrl": ("ru",), "Hans": ("zh",), "Hant": ("zh-Hant",), "Latn": ("cs", "pt-BR")}),
        ("family", {"Romance": ("pt-BR",), "Sinitic": ("zh", "zh-Hant"), "Slavic": ("cs", "ru")}),
        ("resources", {"class 4": ("cs", "pt-BR", "ru"), "class 5": ("zh", "zh-Hant")}),
    ],
)
def test_languages_that_share_something_are_a_column(by, expected):
    assert columns_of(["zh-Hant", "ru", "pt-BR", "cs", "zh"], by) == expected


def test_what_is_not_known_stands_last():
    assert columns_of(["qya", "es"], "family") == {"Romance": ("es",), "not classified": ("qya",)}


@pytest.mark.parametrize("by", ["script", "family", "resources"])
def test_every_language_of_the_emoji_data_is_in_one_column(by):
    languages = json.loads(EMOJI.read_text())["languages"]
    columns = columns_of(languages, by)
    assert sorted(language for column in columns.values() for language in column) == sorted(languages)
    assert len(columns.get("not classified", ())) <= 3


def test_an_unknown_grouping_is_told_with_the_nearest():
    with pytest.raises(UsageError, match="unknown grouping 'famili'; did you mean 'family'"):
        columns_of(["es"], "famili")
