from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tiny_data import ReversingTranslator, TinyDataset, reverse_words

from crossret.bench.components import build_translator
from crossret.contracts.data import Caption
from crossret.errors import UsageError
from crossret.plugins import registry
from crossret.recipe.models import Recipe
from crossret.translation.fill import translated_queries
from crossret.translation.pooling import Translators, translated_pool
from crossret_translators.identity import IdentityTranslator
from crossret_translators.noise import KINDS, NoisyTranslator

DATA = TinyDataset()


def noisy(share: float, kind: str = "mismatch", seed: int = 0) -> NoisyTranslator:
    return NoisyTranslator(ReversingTranslator(), DATA, share, kind, seed)


def captions() -> tuple[Caption, ...]:
    return DATA.captions("plain", "train", "en")


def targets(translator: NoisyTranslator) -> dict[str, tuple[str, str]]:
    pool = translated_pool(captions(), Translators(translator), "en", "xx", back=True)
    return {text.source: (text.target, text.back) for texts in pool.values() for text in texts.sentences}


@pytest.mark.parametrize("kind", KINDS)
def test_no_share_changes_nothing_and_a_larger_one_spoils_the_same_captions_and_more(kind: str) -> None:
    clean = targets(noisy(0, kind))
    assert clean == {c.text: (reverse_words(c.text), c.text) for c in captions()}
    spoilt = [{s for s, pair in targets(noisy(share, kind)).items() if pair != clean[s]} for share in (0.2, 0.6, 1.0)]
    assert spoilt[0] <= spoilt[1] <= spoilt[2]
    assert 0 < len(spoilt[0]) < len(spoilt[1]) < len(clean)
    assert targets(noisy(0.6, kind)) == targets(noisy(0.6, kind))
    assert targets(noisy(0.6, kind)) != targets(noisy(0.6, kind, seed=1))


def test_what_each_kind_does_there_and_back() -> None:
    clean = targets(noisy(0))
    for source, (target, back) in targets(noisy(1, "keep-source")).items():
        assert (target, back) == (source, source)
    for source, (target, back) in targets(noisy(1, "shuffle")).items():
        assert sorted(target.split()) == sorted(clean[source][0].split())
        assert sorted(back.split()) == sorted(source.split())
    for source, (target, back) in targets(noisy(1, "drop")).items():
        assert 0 < len(target.split()) <= len(clean[source][0].split())
        assert set(back.split()) <= set(source.split())
    swapped = targets(noisy(1, "mismatch"))
    assert sorted(swapped.values()) == sorted(clean.values())
    assert all(pair != clean[source] and pair in clean.values() for source, pair in swapped.items())


def test_human_queries_are_left_alone() -> None:
    translator = noisy(1, "drop")
    targets(translator)
    queries = [Caption(f"human{n}", "s0", "xx", text) for n, text in enumerate(("eno owt", "eerht ruof"))]
    assert translated_queries(queries, translator, "xx", "en") == ["one two", "three four"]


@given(st.text(min_size=1).filter(lambda text: bool(text.strip())), st.sampled_from(KINDS))
def test_nothing_becomes_an_empty_caption(text: str, kind: str) -> None:
    (answer,) = noisy(1, kind).translate_captions([Caption("c", "s", "en", text)], noisy(1).routes("en", "xx")[0])
    assert answer.text.strip()


def test_options_are_checked_and_the_inner_translator_is_the_recipes() -> None:
    with pytest.raises(UsageError, match=r"share is 1\.5; expected 0 to 1"):
        noisy(1.5)
    with pytest.raises(UsageError, match="unknown kind of noise 'mismach'; did you mean 'mismatch'"):
        noisy(0.5, "mismach")
    built = build_translator(recipe("noise:identity", share=0.5), DATA, registry())
    assert isinstance(built, NoisyTranslator)
    assert isinstance(built.inner, IdentityTranslator)
    changed = build_translator(recipe("noise:identity", share=0.6), DATA, registry())
    assert built.fingerprint() != changed.fingerprint()


def test_the_inner_translator_gets_the_file_or_data_set_that_it_needs(tmp_path: Path) -> None:
    table = tmp_path / "mt.csv"
    table.write_text("source_lang,target_lang,text,translation\nen,xx,one,eno\n")
    built = build_translator(recipe("noise:file", share=0, options={"path": str(table)}), DATA, registry())
    assert built.translate(["one"], built.routes("en", "xx")[0])[0].text == "eno"
    with pytest.raises(UsageError, match=r"translator 'file' needs translation\.options\.path"):
        build_translator(recipe("noise:file", share=0), DATA, registry())


def recipe(name: str, **options: object) -> Recipe:
    return Recipe.model_validate({"translation": {"translator": name, "options": options}, "baseline": "lexical"})
