from __future__ import annotations

import pytest

from crossret_translators.apertium.marks import Answer, tidy
from crossret_translators.apertium.serbian import latin


@pytest.mark.parametrize(
    ("source", "raw", "expected"),
    [
        ("grinning face", "*grinning cara", Answer("grinning cara", ("grinning",))),
        ("red apple", "Manzana roja", Answer("manzana roja", ())),
        ("Christmas tree", "árbol de Navidad", Answer("Árbol de Navidad", ())),
        ("odd thing", "@odd #cosa  extraña", Answer("odd cosa extraña", ("odd", "cosa"))),
        ("keycap #", "#tecla", Answer("#tecla", ())),
        ("5 * 3 stars", "5 * 3 *stars", Answer("5 * 3 *stars", ())),
        ("in the 1950s", "en el 1950*s", Answer("en el 1950s", ("s",))),
        ("a &amp; b", "un &*amp; b", Answer("un &amp; b", ("amp",))),
        ("ATM sign", "cartel del ~ATM", Answer("Cartel del ATM", ())),
        ("atm sign", "ATM cartel", Answer("ATM cartel", ())),
    ],
)
def test_marks_and_capitals_are_taken_out(source: str, raw: str, expected: Answer) -> None:
    assert tidy(source, raw) == expected


def test_serbian_is_written_in_latin_letters() -> None:
    assert latin("Џокер љут 5 њух") == "Džoker ljut 5 njuh"
