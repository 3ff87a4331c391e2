from __future__ import annotations

import pytest

from crossret.errors import DataError
from crossret_translators.identity import IdentityTranslator


def test_copies_every_text() -> None:
    translator = IdentityTranslator()
    (route,) = translator.routes("en", "yo")
    answers = translator.translate(["a dog", "ọjọ́"], route)
    assert [(answer.text, answer.status, answer.unknown) for answer in answers] == [
        ("a dog", "copied", 0),
        ("ọjọ́", "copied", 0),
    ]


def test_route_names_engine_and_pair() -> None:
    (route,) = IdentityTranslator().routes("en", "yo")
    assert str(route) == "en → yo (identity)"


def test_blank_text_is_an_error() -> None:
    translator = IdentityTranslator()
    (route,) = translator.routes("en", "yo")
    with pytest.raises(DataError, match="text 1 of 2 is blank"):
        translator.translate(["a dog", " "], route)
