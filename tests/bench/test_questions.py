"""Further translations of queries and of known texts, on the embedded data."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from crossret.bench.assembly import Assembly
from crossret.bench.questions import asked_gallery, with_known_texts
from crossret.evaluation.anchors import known_texts
from crossret.plugins import registry
from crossret.recipe.models import EvaluationRecipe, Recipe

PAIR = {"loss": "infonce", "between": ["visual", "target"]}


@pytest.fixture
def assembly() -> Assembly:
    return Assembly(Recipe.model_validate({"objective": {"target": PAIR}}), registry())


def table(assembly: Assembly, folder: Path, source: str, target: str, split: str) -> EvaluationRecipe:
    """A recipe that also asks with a file in which every text is turned round."""
    texts = {caption.text for caption in assembly.dataset.captions(assembly.protocol, split, source)}
    rows = [{"source_lang": source, "target_lang": target, "text": t, "translation": t[::-1]} for t in sorted(texts)]
    path = folder / "more.jsonl"
    path.write_text("".join(f"{row}\n" for row in map(json.dumps, rows)), encoding="utf-8")
    also = [{"translator": "file", "options": {"path": str(path)}}]
    return EvaluationRecipe.model_validate({"query": "fused", "also": also})


def test_queries_are_translated_further_only_where_it_is_asked(assembly: Assembly, tmp_path: Path) -> None:
    recipe = table(assembly, tmp_path, "es", "en", "val")
    plain = asked_gallery(assembly, "val", "es", EvaluationRecipe(query="fused"))
    more = asked_gallery(assembly, "val", "es", recipe)
    assert not plain.further
    assert plain.translated == assembly.gallery("val", "es", translated=True).translated
    assert more.translated == plain.translated
    expected = [(caption.text[::-1],) for caption in more.captions]
    assert [further or (known,) for known, further in zip(more.translated, more.further, strict=True)] == expected
    assert not asked_gallery(assembly, "val", "es", recipe.model_copy(update={"query": "target"})).translated


def test_source_language_queries_have_no_other_translations(assembly: Assembly, tmp_path: Path) -> None:
    recipe = table(assembly, tmp_path, "es", "en", "val")
    assert not asked_gallery(assembly, "val", "en", recipe).further


def test_anchors_know_the_further_translations_of_training_captions(assembly: Assembly, tmp_path: Path) -> None:
    recipe = table(assembly, tmp_path, "en", "es", "train")
    assert with_known_texts(assembly, EvaluationRecipe()) is assembly
    read = known_texts(assembly.training_set(["es"]), "es")
    known = known_texts(with_known_texts(assembly, recipe).training_set(["es"]), "es")
    assert known["source"].texts == read["source"].texts
    turned = {text[::-1] for text in read["source"].texts}
    assert set(known["target"].texts) == set(read["target"].texts) | turned
