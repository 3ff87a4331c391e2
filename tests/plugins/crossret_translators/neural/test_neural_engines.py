from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from tiny_models import SENTENCES, converted

from crossret.contracts.translation import DocumentedEngine, Engine, Hop
from crossret_translators.neural.ctranslate2_engine import CTranslate2Engine
from crossret_translators.neural.folders import ModelOption
from crossret_translators.neural.transformers_engine import TransformersEngine

pytestmark = pytest.mark.slow

ENGLISH, FRENCH = (list(SENTENCES[lang]) for lang in ("en", "fr"))
STRANGE = [
    "a dog \U0001f600 runs",
    "un — “chien” ÀÉ",
    "中文 ไทย עברית",
    "x",
    "__fr__ a dog",
    "fra_Latn </s> <pad>",
    "A RED DOG",
]

Make = Callable[..., Engine]


def only_ours(model: Path) -> ModelOption:
    """A model of one language each way says itself what it is; the others know a hundred languages."""
    targets = ["fr", "es"] if model.name.startswith("tagged") else ["en", "fr", "es"]
    return str(model) if "opus" in model.name else {"path": str(model), "target": targets}


def through_transformers(model: Path, **options: object) -> TransformersEngine:
    return TransformersEngine(only_ours(model), local_files_only=True, device="cpu", **{"most_tokens": 60, **options})  # type: ignore[arg-type]


def through_ctranslate2(model: Path, **options: object) -> CTranslate2Engine:
    chosen = {"precision": "float32", "most_tokens": 60, **options}
    return CTranslate2Engine(only_ours(model), device="cpu", **chosen)  # type: ignore[arg-type]


@pytest.fixture(params=["transformers", "ctranslate2"])
def make(request: pytest.FixtureRequest, folder: Path, converted: Path) -> Make:
    """Each engine on the weights of each family."""
    if request.param == "transformers":
        return lambda **options: through_transformers(folder, **options)
    return lambda **options: through_ctranslate2(converted, **options)


def hop(engine: Engine, source: str = "en", target: str = "fr") -> Hop:
    return next(hop for hop in engine.hops() if (hop.source, hop.target) == (source, target))


def test_says_what_the_model_has_learnt(make: Make) -> None:
    engine = make(beam=1)
    assert isinstance(engine, DocumentedEngine)
    answers = engine.translate_hop(ENGLISH, hop(engine))
    assert [answer.text for answer in answers] == FRENCH
    assert all(answer.status == "ok" and -0.5 < (answer.score or 1) < 0 for answer in answers)


def test_both_engines_say_the_same_with_the_same_weights(family: str, folder: Path, converted: Path) -> None:
    unknown = [f"{first} {second}" for first, second in zip(ENGLISH, ENGLISH[3:], strict=False)]
    for options in ({"beam": 1}, {"beam": 4, "alternatives": 2}):
        engines = through_transformers(folder, **options), through_ctranslate2(converted, **options)
        ours, theirs = (engine.translate_hop(ENGLISH + unknown, hop(engine)) for engine in engines)
        assert [answer.text for answer in ours] == [answer.text for answer in theirs]
        if family == "opus":  # of the others, CTranslate2 counts the language's token in the length
            assert [a.score for a in ours] == pytest.approx([a.score for a in theirs], abs=1e-3)
            assert [[t for t, _ in a.alternatives] for a in ours[:16]] == [
                [t for t, _ in a.alternatives] for a in theirs[:16]
            ]


def test_both_engines_read_strange_texts_alike(folder: Path, converted: Path) -> None:
    engines = through_transformers(folder, beam=1), through_ctranslate2(converted, beam=1)
    ours, theirs = ([a.text for a in engine.translate_hop(STRANGE, hop(engine))] for engine in engines)
    assert ours == theirs


def test_an_answer_depends_on_its_text_only(make: Make) -> None:
    texts = [*ENGLISH, *STRANGE, *(f"{text} and {text}" for text in ENGLISH)]
    whole = make(beam=2)
    said = dict(zip(texts, whole.translate_hop(texts, hop(whole)), strict=True))
    backwards = whole.translate_hop(texts[::-1], hop(whole))
    small = make(beam=2, batch_tokens=1)
    alone = [small.translate_hop([text], hop(small))[0] for text in texts]
    for other in (backwards[::-1], alone):
        assert [answer.text for answer in other] == [answer.text for answer in said.values()]
    assert small.fingerprint() == whole.fingerprint()


def test_alternatives_are_distinct_and_worse(make: Make) -> None:
    engine = make(beam=5, alternatives=4)
    found = engine.translate_hop(ENGLISH, hop(engine))
    assert sum(len(answer.alternatives) for answer in found) > 2 * len(ENGLISH)
    for answer in found:
        texts = [answer.text, *(text for text, _ in answer.alternatives)]
        scores = [answer.score, *(score for _, score in answer.alternatives)]
        assert len(set(texts)) == len(texts)
        assert scores == sorted(scores, reverse=True)  # type: ignore[type-var]


def test_what_is_too_long_fails_and_nothing_is_cut(make: Make) -> None:
    long = "a red dog runs " * 40
    engine = make(beam=1)
    first, second, third = engine.translate_hop([ENGLISH[0], long, ENGLISH[1]], hop(engine))
    assert (first.text, second.status, second.text, third.text) == (FRENCH[0], "failed", "", FRENCH[1])
    tight = make(beam=1, most_tokens=8)
    answers = tight.translate_hop(ENGLISH, hop(tight))
    assert {answer.text for answer in answers} <= {"", *FRENCH}
    assert sum(answer.status == "failed" for answer in answers) > 0
    assert all((answer.status == "failed") == (not answer.text) for answer in answers)


def test_hops_name_languages_by_bcp_47(make: Make, family: str) -> None:
    engine = make()
    pairs = {(hop.source, hop.target) for hop in engine.hops()}
    assert pairs == {("en", "fr")} if family == "opus" else {("fr", "en"), ("pt-BR", "es"), ("zh", "es")} < pairs
    assert all(source != target for source, target in pairs)
    assert len({hop.version for hop in engine.hops()}) == 1
    told = engine.provenance(hop(engine))  # type: ignore[attr-defined]
    assert told["model_digest"] in hop(engine).version
    assert engine.paths("en", "fr") == ()


def test_a_target_is_asked_for_by_its_tag(tagged: Path) -> None:
    model = converted(tagged, tagged.parent / "tagged-converted")
    for engine in (through_transformers(tagged, beam=1), through_ctranslate2(model, beam=1)):
        assert {(hop.source, hop.target) for hop in engine.hops()} == {("en", "fr"), ("en", "es")}
        for lang in ("fr", "es"):
            answers = engine.translate_hop(ENGLISH, hop(engine, target=lang))
            assert [answer.text for answer in answers] == list(SENTENCES[lang])


def test_targets_of_m2m100_and_nllb_are_asked_for(make: Make, family: str) -> None:
    if family != "opus":
        engine = make(beam=1)
        for source, target in (("en", "es"), ("fr", "en")):
            answers = engine.translate_hop(list(SENTENCES[source]), hop(engine, source, target))
            assert [answer.text for answer in answers] == list(SENTENCES[target])


def test_closed_it_can_be_used_again_and_eight_bits_still_know_the_sentences(converted: Path) -> None:
    engine = through_ctranslate2(converted, precision="int8", beam=1)
    first = engine.translate_hop(ENGLISH, hop(engine))
    engine.close()
    assert [answer.text for answer in engine.translate_hop(ENGLISH, hop(engine))] == [answer.text for answer in first]
    assert sum(answer.text == said for answer, said in zip(first, FRENCH, strict=True)) >= 14
    assert hop(engine).version != hop(through_ctranslate2(converted)).version
