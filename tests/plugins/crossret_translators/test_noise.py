from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tiny_data import ReversingTranslator, TinyDataset, reverse_words

from crossret.bench.components import build_translator
from crossret.contracts.data import Caption
from crossret.errors import DataError, UsageError
from crossret.plugins import registry
from crossret.recipe.models import Recipe
from crossret.translation.fill import translated_queries
from crossret.translation.pooling import Translators, translated_pool
from crossret_translators.corruption import substitute, swap
from crossret_translators.identity import IdentityTranslator
from crossret_translators.noise import KINDS, NoisyTranslator
from crossret_translators.replacements import CorpusWords, Dictionary

DATA = TinyDataset()


def noisy(share: float, kind: str = "mismatch", seed: int = 0, **options: Any) -> NoisyTranslator:
    return NoisyTranslator(ReversingTranslator(), DATA, share, kind, seed, **options)


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


@pytest.mark.parametrize("kind", ["drop", "swap", "substitute"])
def test_the_share_of_words_that_is_touched(kind: str) -> None:
    clean = targets(noisy(0))
    assert targets(noisy(1, kind, words=0)) == clean
    touched = [_touched(clean, targets(noisy(1, kind, words=words))) for words in (0.2, 0.5, 1.0)]
    assert 0 < touched[0] < touched[1] < touched[2]
    assert noisy(1, kind, words=0.2).fingerprint() != noisy(1, kind).fingerprint()


def _touched(clean: dict[str, tuple[str, str]], found: dict[str, tuple[str, str]]) -> float:
    pairs = [(clean[source][0].split(), target.split()) for source, (target, _) in found.items()]
    same = sum(a == b for first, second in pairs for a, b in zip(first, second, strict=False))
    return 1 - same / sum(len(first) for first, _ in pairs)


def test_swapping_moves_words_by_one_place_and_loses_none() -> None:
    for text in ("one two three four five", "a b", "one", "红色的狗"):
        found = swap(text, 1, random.Random(1))
        assert sorted(found) == sorted(text)
        words = text.split() if " " in text else list(text)
        moved = found.split() if " " in text else list(found)
        assert all(abs(moved.index(word) - at) == (0 if at + 1 == len(words) and at % 2 == 0 else 1)
                   for at, word in enumerate(words))  # fmt: skip


def test_other_words_of_the_same_translations_stand_in() -> None:
    clean = targets(noisy(0))
    known = {word for target, _ in clean.values() for word in target.split()}
    for source, (target, back) in targets(noisy(1, "substitute", words=1)).items():
        assert len(target.split()) == len(clean[source][0].split())
        assert set(target.split()) <= known
        assert all(new != old for new, old in zip(target.split(), clean[source][0].split(), strict=True))
        assert back != source
    assert substitute("“Dog,” dog!", 1, random.Random(0), CorpusWords(["dog cat"])) == "“cat,” cat!"
    assert substitute("dog ...", 1, random.Random(0), CorpusWords(["dog dog"])) == "dog ..."


def test_a_dictionary_says_what_stands_in(tmp_path: Path) -> None:
    path = tmp_path / "words.tsv"
    path.write_text("xx\teno\tuno\nen\tone\tsome\n\nxx\towt\tdos\nxx\towt\tdeux\n", encoding="utf-8")
    words = Dictionary(str(path)).language("xx")
    found = {substitute("Eno, owt eerht.", 1, random.Random(seed), words) for seed in range(20)}
    assert found == {"uno, dos eerht.", "uno, deux eerht."}
    assert noisy(1, "substitute", dictionary=str(path)).fingerprint() != noisy(1, "substitute").fingerprint()
    path.write_text("xx\teno\tuno\nxx\towt\n", encoding="utf-8")
    with pytest.raises(DataError, match=r"words\.tsv:2: found 'xx\\towt'; expected language, word, replacement"):
        noisy(1, "substitute", dictionary=str(path))
    with pytest.raises(DataError, match="No such file"):
        noisy(1, "substitute", dictionary=str(tmp_path / "none.tsv"))


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
    with pytest.raises(UsageError, match=r"words is -0\.1; expected 0 to 1"):
        noisy(0.5, "drop", words=-0.1)
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
