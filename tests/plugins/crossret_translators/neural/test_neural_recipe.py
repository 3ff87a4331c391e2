from __future__ import annotations

from pathlib import Path

import pytest
from tiny_data import TinyDataset
from tiny_models import SENTENCES

from crossret.bench.components import build_translator
from crossret.contracts.translation import Translator
from crossret.errors import ComponentError
from crossret.plugins import registry
from crossret.recipe.models import Recipe
from crossret_translators.neural import ctranslate2_engine
from crossret_translators.neural.ctranslate2_engine import CTranslate2Engine


def translator(**options: object) -> Translator:
    recipe = {"translation": {"translator": "ctranslate2", "options": options}, "baseline": "lexical"}
    return build_translator(Recipe.model_validate(recipe), TinyDataset(), registry())


def test_a_recipe_names_models_and_their_answers_are_cached(
    opus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CROSSRET_CACHE", str(tmp_path))
    texts = [*SENTENCES["en"][:4], "", "tab\there\n\x00", "word " * 200, SENTENCES["en"][0]]
    first = translator(models=str(opus), device="cpu", most_tokens=60, alternatives=1)
    answers = first.translate(texts, first.routes("en", "fr")[0])
    assert [answer.status == "failed" for answer in answers[4:7:2]] == [True, True]
    assert answers[0] == answers[-1]

    def refuse(*arguments: object) -> None:
        raise AssertionError("asked again")

    monkeypatch.setattr(ctranslate2_engine, "ConvertedModel", refuse)
    again = translator(models=[str(opus)], device="cpu", most_tokens=60, alternatives=1)
    assert again.translate(texts, again.routes("en", "fr")[0]) == answers


def test_more_tokens_than_the_model_has_positions_are_an_error_and_not_a_cut(opus: Path) -> None:
    engine = CTranslate2Engine(str(opus), device="cpu", most_tokens=500)
    with pytest.raises(ComponentError, match=r"CTranslate2 gave up with most_tokens 500: .*position"):
        engine.translate_hop(["word " * 100], engine.hops()[0])
