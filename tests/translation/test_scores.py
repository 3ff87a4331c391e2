from __future__ import annotations

import builtins

import pytest
import sacrebleu

from crossret.errors import ComponentError
from crossret.translation.scores import scores

FOUND = ["a man on a ladder", "the dog runs in the snow", "two children play"]
HUMAN = ["a man stands on a ladder", "a dog is running in the snow", "two children play"]


def test_one_reference_each_gives_what_sacrebleu_gives() -> None:
    got = scores(FOUND, [(text,) for text in HUMAN], "en")
    assert got.bleu == pytest.approx(sacrebleu.corpus_bleu(FOUND, [HUMAN]).score)
    assert got.chrf == pytest.approx(sacrebleu.corpus_chrf(FOUND, [HUMAN]).score)
    assert got.exact == pytest.approx(100 / 3)
    assert got.bleu_signature.startswith("nrefs:1|case:mixed|eff:no|tok:13a|smooth:exp|version:")
    assert got.chrf_signature.startswith("nrefs:1|case:mixed|eff:yes|nc:6|nw:0|space:no|version:")


def test_a_sentence_may_have_more_references_than_another() -> None:
    more = [(HUMAN[0], "a man on a ladder"), (HUMAN[1],), (HUMAN[2], "kids", "two kids play")]
    got = scores(FOUND, more, "en")
    assert got.bleu > scores(FOUND, [(text,) for text in HUMAN], "en").bleu
    assert got.exact == pytest.approx(200 / 3)
    assert got.bleu_signature.startswith("nrefs:var|")


def test_a_perfect_translation_has_all_points_in_scripts_without_blanks_too() -> None:
    for lang, text, tokenizer in (("zh-Hans", "一个穿蓝色衬衫的男人", "zh"), ("ja", "青いシャツの男性", "char")):
        got = scores([text, text], [(text,), (text,)], lang)
        assert (round(got.bleu, 6), round(got.chrf, 6), got.exact) == (100, 100, 100)
        assert f"tok:{tokenizer}|" in got.bleu_signature


def test_without_sacrebleu_the_line_installs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def missing(name: str, *rest: object, **more: object) -> object:
        if name.startswith("sacrebleu"):
            raise ImportError("No module named 'sacrebleu'", name="sacrebleu")
        return real(name, *rest, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(builtins, "__import__", missing)
    with pytest.raises(ComponentError, match=r"sacrebleu.*pip install 'crossret\[translation\]'"):
        scores(FOUND, [(text,) for text in HUMAN], "en")
