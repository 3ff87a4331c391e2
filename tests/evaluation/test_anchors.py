from __future__ import annotations

from collections.abc import Sequence
from typing import get_args

import numpy as np
import pytest
import torch
from tiny_data import ReversingTranslator, TinyDataset
from torch import Tensor
from torch.nn import functional

from crossret.contracts.data import Item, Split
from crossret.data.pools import AlignedText, SubjectTexts, TrainingSet
from crossret.evaluation.anchors import ROWS, Anchors, KnownTexts, Side, centres_of, known_texts
from crossret.evaluation.gallery import load_gallery
from crossret.evaluation.model_ranks import rank_gallery
from crossret.model.dual_encoder import DualEncoder
from crossret.model.text_tower import TextTower
from crossret.model.visual_tower import VisualTower
from crossret.recipe.models import AnchorsRecipe, EvaluationRecipe, TextRecipe, VisualRecipe
from crossret.translation.fill import human_target_pool, source_pool
from crossret.translation.pooling import Translators, translated_pool
from crossret_text.subword import SubwordTiny

CPU = torch.device("cpu")
DATASET = TinyDataset(fragments=2)


class SharedWords:
    """Cosine of bags of words."""

    def fingerprint(self) -> str:
        return "shared words"

    def embed(self, captions: Sequence[str], descriptions: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
        known = sorted({word for text in (*captions, *descriptions) for word in text.split()})

        def unit(texts: Sequence[str]) -> np.ndarray:
            counts = np.array([[text.split().count(word) for word in known] for text in texts], dtype=np.float32)
            return np.asarray(counts / np.linalg.norm(counts, axis=1, keepdims=True), dtype=np.float32)

        return unit(captions), unit(descriptions)


def unit_vectors(count: int, seed: int = 0) -> Tensor:
    return functional.normalize(torch.randn(count, 8, generator=torch.Generator().manual_seed(seed)), dim=1)


def known(texts: dict[str, int]) -> KnownTexts:
    return KnownTexts(tuple(texts), np.array(list(texts.values())))


def training_set(**pools: dict[str, SubjectTexts]) -> TrainingSet:
    items = tuple(Item(f"{subject}/{copy}", subject) for subject in ("a", "b", "c") for copy in range(2))
    return TrainingSet(Split("train", items), pools)


def test_resemblance_is_a_softmax_over_cosines_with_the_centres() -> None:
    centres, items = unit_vectors(5), unit_vectors(7, seed=1)
    found = Anchors(AnchorsRecipe(temperature=0.5), centres, {}).of_items(items)
    expected = np.exp(items.double().numpy() @ centres.double().numpy().T / 0.5)
    np.testing.assert_allclose(found.numpy(), expected / expected.sum(1, keepdims=True), rtol=1e-5)


def test_a_centre_is_the_mean_direction_of_a_subjects_items() -> None:
    sentence = SubjectTexts((AlignedText("x"),))
    training = training_set(xx={"a": sentence, "c": sentence})
    embedded = unit_vectors(6)
    found = centres_of(training, embedded)
    assert training.subjects == ("a", "c")
    torch.testing.assert_close(found, functional.normalize(embedded[[0, 4]] + embedded[[1, 5]], dim=1))


def test_without_likeness_or_training_texts_only_cosines_count() -> None:
    centres, queries = unit_vectors(2), unit_vectors(3, seed=1)
    texts = {"one two": 0, "three": 1}
    plain = Anchors(AnchorsRecipe(), centres, {"target": known(texts)})
    one_sided = Anchors(AnchorsRecipe(), centres, {"target": known(texts)}, SharedWords())
    for anchors, side in ((plain, "target"), (one_sided, "source")):
        found = anchors.of_texts(["one", "two", "three"], queries, side)  # type: ignore[arg-type]
        torch.testing.assert_close(found, anchors.of_items(queries))
    assert not torch.allclose(one_sided.of_texts(["one", "two", "three"], queries, "target"), plain.of_items(queries))


def test_likeness_is_a_softmax_over_training_texts_summed_by_subject() -> None:
    recipe = AnchorsRecipe(lexical_share=1, lexical_temperature=0.5)
    texts = known({"one two": 0, "three": 1, "one four": 1})
    found = Anchors(recipe, unit_vectors(3), {"target": texts}, SharedWords()).of_texts(
        ["one"], unit_vectors(1), "target"
    )
    weights = np.exp(np.array([1 / np.sqrt(2), 0, 1 / np.sqrt(2)]) / 0.5)
    expected = np.array([weights[0], weights[1] + weights[2], 0]) / weights.sum()
    np.testing.assert_allclose(found[0].numpy(), expected, rtol=1e-5)


@pytest.mark.parametrize("share", [0.0, 0.3, 1.0])
def test_the_share_mixes_both_and_rows_add_to_one(share: float) -> None:
    centres, count = unit_vectors(4), ROWS + 3
    queries = [f"word{number % 4} x" for number in range(count)]
    sides: dict[Side, KnownTexts] = {"source": known({f"word{number}": number for number in range(4)})}

    def asked(recipe: AnchorsRecipe) -> Tensor:
        return Anchors(recipe, centres, sides, SharedWords()).of_texts(queries, unit_vectors(count), "source")

    mixed = asked(AnchorsRecipe(lexical_share=share))
    ends = asked(AnchorsRecipe(lexical_share=0)), asked(AnchorsRecipe(lexical_share=1))
    torch.testing.assert_close(mixed, torch.lerp(*ends, share))
    torch.testing.assert_close(mixed.sum(1), torch.ones(count))
    assert ends[1].argmax(1).tolist() == [number % 4 for number in range(count)]


def test_known_texts_are_those_that_a_model_read() -> None:
    captions, human = (DATASET.captions("plain", "train", lang) for lang in ("en", "xx"))
    split = DATASET.split("plain", "train")
    translated = translated_pool(captions, Translators(ReversingTranslator()), "en", "xx", back=False)

    def texts(training: TrainingSet, language: str) -> dict[str, set[str]]:
        found = known_texts(training, language)
        for side in found.values():
            assert len(side.texts) == len(side.anchors)
            assert all(
                f"{training.subjects[a]}"[1:] in t or f"{training.subjects[a]}"[1:][::-1] in t
                for t, a in zip(side.texts, side.anchors, strict=True)
            )
        return {name: set(side.texts) for name, side in found.items()}

    english, reversed_ = {c.text for c in captions}, {c.text for c in human}
    assert texts(TrainingSet(split, {"xx": translated}), "xx") == {"source": english, "target": reversed_}
    assert texts(TrainingSet(split, {"xx": translated}), "yy") == {"source": english}
    assert texts(TrainingSet(split, {"": source_pool(captions)}), "xx") == {"source": english}
    oracle = TrainingSet(split, {"xx": source_pool(captions)}, {"xx": human_target_pool(human)})
    assert texts(oracle, "xx") == {"source": english, "target": reversed_}


@pytest.fixture(scope="module")
def model() -> DualEncoder:
    torch.manual_seed(1)
    text = TextTower(
        SubwordTiny(buckets=512, dimension=12), TextRecipe(width=16, heads=4, query_width=8, positions=8), 8, 0.2
    )
    return DualEncoder(VisualTower(6, VisualRecipe(hidden=8), 8, 0.2), text)


@pytest.mark.parametrize("query", get_args(EvaluationRecipe.model_fields["query"].annotation))
def test_a_gallery_is_ranked_by_the_products_of_resemblances(model: DualEncoder, query: str) -> None:
    gallery = load_gallery(DATASET, "plain", "test", "xx", ReversingTranslator())
    inputs = np.random.default_rng(0).normal(size=(24, 6)).astype(np.float32)
    training = TrainingSet(
        DATASET.split("plain", "train"),
        {
            "xx": translated_pool(
                DATASET.captions("plain", "train", "en"), Translators(ReversingTranslator()), "en", "xx", back=False
            )
        },
    )
    model.eval()
    with torch.inference_mode():
        items = model.embed_items(torch.from_numpy(inputs))
    recipe = EvaluationRecipe(query=query, fusion_weight=0.3)  # type: ignore[arg-type]
    anchors = Anchors(
        AnchorsRecipe(lexical_share=1), centres_of(training, items), known_texts(training, "xx"), SharedWords()
    )
    found = rank_gallery(model, gallery, inputs, recipe, CPU, anchors)
    # Every caption is a training text of its subject, so the lexical side alone knows the anchor.
    resemblance = anchors.of_items(items)
    for place, rank in zip(found.t2v.query, found.t2v.rank, strict=True):
        subject = gallery.captions[place].subject
        scores = resemblance[:, training.subjects.index(subject)]
        own = [row for row, item in enumerate(gallery.split.items) if item.subject == subject]
        assert rank == 1 + int((scores > scores[own].max()).sum())
