from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from tiny_clips import frames_of
from tiny_data import ReversingTranslator, TinyDataset

from crossret.contracts.visual import Frames
from crossret.data.ragged import Ragged
from crossret.errors import DataError
from crossret.evaluation.baseline_ranks import rank_with_baseline
from crossret.evaluation.encoding import embed_items, embed_texts
from crossret.evaluation.gallery import Gallery, GalleryRanks, load_gallery, results_of
from crossret.evaluation.model_ranks import rank_gallery, validation_score
from crossret.model.dual_encoder import DualEncoder
from crossret.model.frame_tower import FrameTower
from crossret.model.text_tower import TextTower
from crossret.model.visual_tower import VisualTower
from crossret.plugins import registry
from crossret.recipe.models import EvaluationRecipe, FramesRecipe, TextRecipe, VisualRecipe
from crossret.retrieval.fusion import fuse
from crossret.retrieval.metrics import QueryResults
from crossret.retrieval.ranks import positive_ranks
from crossret_text.subword import SubwordTiny

CPU = torch.device("cpu")
DATASET = TinyDataset(distractors=3)
INPUTS = np.random.default_rng(0).normal(size=(24, 6)).astype(np.float32)


@pytest.fixture(scope="module")
def model() -> DualEncoder:
    torch.manual_seed(1)
    recipe = TextRecipe(width=16, heads=4, query_width=8, positions=8)
    text = TextTower(SubwordTiny(buckets=512, dimension=12), recipe, 10, 0.2)
    torch.nn.init.normal_(text.encoder.table.weight)  # type: ignore[union-attr, arg-type]
    return DualEncoder(VisualTower(6, VisualRecipe(hidden=8), 10, 0.2), text)


def gallery() -> Gallery:
    return load_gallery(DATASET, "plain", "test", "xx", ReversingTranslator())


def ranks_by_sorting(scores: np.ndarray, gallery: Gallery) -> GalleryRanks:
    """From the whole matrix: captions are rows, items columns; of equal scores the first is ahead."""
    captions, items = [c.subject for c in gallery.captions], [i.subject for i in gallery.split.items]
    asked = gallery.split.queried or set(items)

    def direction(matrix: np.ndarray, queries: list[str], others: list[str]) -> QueryResults:
        query, rank, precision = [], [], []
        for row, subject in enumerate(queries):
            if subject not in asked:
                continue
            order = np.argsort(-matrix[row], kind="stable")
            places = [place for place, other in enumerate(order, 1) if others[other] == subject]
            query.append(row)
            rank.append(places[0])
            precision.append(np.mean([found / place for found, place in enumerate(places, 1)]))
        return QueryResults(np.array(query), np.array(rank), np.array(precision))

    return GalleryRanks(gallery, direction(scores, captions, items), direction(scores.T, items, captions))


def assert_same(found: GalleryRanks, expected: GalleryRanks) -> None:
    for direction in ("t2v", "v2t"):
        one, other = getattr(found, direction), getattr(expected, direction)
        np.testing.assert_array_equal(one.query, other.query)
        np.testing.assert_array_equal(one.rank, other.rank)
        np.testing.assert_allclose(one.average_precision, other.average_precision)


def embedded(model: DualEncoder, texts: Sequence[str]) -> np.ndarray:
    model.eval()
    with torch.inference_mode():
        return model.embed_texts(model.text.encoder.tokenize(texts)).double().numpy()


def scaled(scores: np.ndarray) -> np.ndarray:
    spread: np.ndarray = (scores - scores.min()) / (scores.max() - scores.min())
    return spread


@pytest.mark.parametrize("weight", [0.0, 0.2, 0.5, 0.8, 1.0])
@pytest.mark.parametrize("query", ["target", "translated", "fused"])
def test_ranks_are_those_of_the_explicit_matrix(model: DualEncoder, query: str, weight: float) -> None:
    asked = gallery()
    model.eval()
    items = model.embed_items(torch.from_numpy(INPUTS)).detach().double().numpy()
    target = embedded(model, [c.text for c in asked.captions]) @ items.T
    translated = embedded(model, asked.translated) @ items.T
    scores = {
        "target": target,
        "translated": translated,
        "fused": weight * scaled(translated) + (1 - weight) * scaled(target),
    }[query]
    recipe = EvaluationRecipe(query=query, fusion_weight=weight, batch_size=7)  # type: ignore[arg-type]
    assert_same(rank_gallery(model.train(), asked, INPUTS, recipe, CPU), ranks_by_sorting(scores, asked))
    assert not model.training


@pytest.mark.parametrize("query", ["translated", "fused"])
def test_several_translations_of_a_query_ask_with_their_mean(model: DualEncoder, query: str) -> None:
    recipe = EvaluationRecipe(query=query)  # type: ignore[arg-type]
    plain = gallery()
    others = tuple((f"{text} red", "old") if n % 2 else () for n, text in enumerate(plain.translated))
    found = rank_gallery(model, replace(plain, further=others), INPUTS, recipe, CPU)
    items = embed_items(model, INPUTS, 7, CPU)
    mean = torch.stack(
        [embed_texts(model, [text, *more], 8, CPU).mean(0) for text, more in zip(plain.translated, others, strict=True)]
    )
    target = embed_texts(model, [caption.text for caption in plain.captions], 8, CPU)
    queries = mean if query == "translated" else fuse(target, mean, items, 0.5)
    expected = results_of(plain, positive_ranks(queries, items, plain.relevance))
    np.testing.assert_array_equal(found.t2v.rank, expected.t2v.rank)
    np.testing.assert_array_equal(found.v2t.rank, expected.v2t.rank)
    alone = rank_gallery(model, replace(plain, further=((),) * len(plain.captions)), INPUTS, recipe, CPU)
    np.testing.assert_array_equal(alone.t2v.rank, rank_gallery(model, plain, INPUTS, recipe, CPU).t2v.rank)
    assert (alone.t2v.rank != found.t2v.rank).any()


def test_target_and_translated_queries_do_differ(model: DualEncoder) -> None:
    found = [
        rank_gallery(model, gallery(), INPUTS, EvaluationRecipe(query=query), CPU).t2v.rank
        for query in ("target", "translated", "fused")
    ]
    assert not np.array_equal(found[0], found[1])
    assert not np.array_equal(found[0], found[2])


def test_scores_in_bfloat16_give_the_same_ranks_and_tell_their_doubts(model: DualEncoder) -> None:
    plain, fast = (
        rank_gallery(model, gallery(), INPUTS, EvaluationRecipe(scores=scores), CPU)
        for scores in ("float32", "bfloat16")
    )
    assert_same(fast, plain)
    assert fast.rescored > plain.rescored


@settings(deadline=None, max_examples=20)
@given(batch=st.integers(1, 30), memory=st.sampled_from([0.001, 0.01, 256]))
def test_ranks_do_not_depend_on_batches_and_tiles(batch: int, memory: float) -> None:
    torch.manual_seed(2)
    recipe = TextRecipe(width=16, heads=4, query_width=8, positions=8)
    model = DualEncoder(VisualTower(6, VisualRecipe(hidden=8), 10, 0), TextTower(SubwordTiny(512, 12), recipe, 10, 0))
    torch.nn.init.normal_(model.text.encoder.table.weight)  # type: ignore[union-attr, arg-type]
    whole = rank_gallery(model, gallery(), INPUTS, EvaluationRecipe(), CPU)
    assert_same(
        rank_gallery(model, gallery(), INPUTS, EvaluationRecipe(batch_size=batch, memory_mb=memory), CPU), whole
    )


def test_texts_are_embedded_in_their_order_whatever_their_length(model: DualEncoder) -> None:
    texts = ["a long text of many words", "b", "another one", "b", "a long text of many words", "c d e f"]
    found = embed_texts(model.eval(), texts, 2, CPU)
    np.testing.assert_allclose(found.numpy(), embedded(model, texts), atol=1e-5)
    assert not found.requires_grad


def test_items_are_embedded_in_their_order(model: DualEncoder) -> None:
    found = embed_items(model.eval(), INPUTS, 5, CPU)
    expected = model.embed_items(torch.from_numpy(INPUTS)).detach()
    torch.testing.assert_close(found.clone(), expected, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("batch", [1, 5, 24])
def test_clips_are_embedded_in_their_order_whatever_the_batch(model: DualEncoder, batch: int) -> None:
    torch.manual_seed(0)
    recipe = VisualRecipe(hidden=8, frames=FramesRecipe(heads=2, query_width=4))
    tower = FrameTower(3, recipe, 10, 0.0).eval()
    items = DATASET.split("plain", "test").items
    frames = [frames_of(item) for item in items]
    inputs = Ragged([(np.concatenate(frames), np.array([len(rows) for rows in frames]))])
    found = embed_items(DualEncoder(tower, model.text).eval(), inputs, batch, CPU)
    for row, clip in zip(found, frames, strict=True):
        alone = tower(Frames(torch.from_numpy(clip)[None], torch.ones(1, len(clip), dtype=torch.bool)))[0]
        torch.testing.assert_close(row.clone(), alone.detach(), rtol=1e-4, atol=1e-5)


def test_the_validation_score_is_the_sum_of_six_recalls(model: DualEncoder) -> None:
    found = rank_gallery(model, gallery(), INPUTS, EvaluationRecipe(), CPU)
    expected = sum(100 * np.mean(direction.rank <= k) for direction in (found.t2v, found.v2t) for k in (1, 5, 10))
    assert validation_score(found) == pytest.approx(expected)


@dataclass
class Words:
    """A baseline that counts shared words, and remembers what it was given."""

    captions: tuple[str, ...] = ()
    descriptions: tuple[str, ...] = ()

    def fingerprint(self) -> str:
        return "words"

    def embed(self, captions: Sequence[str], descriptions: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
        self.captions, self.descriptions = tuple(captions), tuple(descriptions)
        known = sorted({word for text in (*captions, *descriptions) for word in text.split()})

        def counts(texts: Sequence[str]) -> np.ndarray:
            return np.array([[text.split().count(word) for word in known] for text in texts], dtype=np.float32)

        return counts(captions), counts(descriptions)


@pytest.mark.parametrize("query", ["target", "translated"])
def test_a_baseline_ranks_items_by_the_source_captions_of_their_subjects(query: str) -> None:
    asked, baseline = gallery(), Words()
    described = DATASET.captions("plain", "test", "en")
    recipe = EvaluationRecipe(query=query)  # type: ignore[arg-type]
    found = rank_with_baseline(baseline, asked, described, recipe)
    expected = [" ".join(c.text for c in described if c.subject == item.subject) for item in asked.split.items]
    assert list(baseline.descriptions) == expected
    texts = asked.translated if query == "translated" else tuple(c.text for c in asked.captions)
    assert baseline.captions == texts
    queries, items = baseline.embed(texts, expected)
    assert_same(found, ranks_by_sorting(queries @ items.T, asked))
    if query == "translated":
        assert found.t2v.rank.tolist() == [1] * 18, "a caption's translation is one of its items' descriptions"


def test_fragments_do_not_describe_an_item() -> None:
    baseline = Words()
    described = TinyDataset(fragments=2).captions("plain", "train", "en")
    rank_with_baseline(baseline, gallery(), described, EvaluationRecipe())
    assert not any("part" in text for text in baseline.descriptions)


def test_an_item_that_nothing_describes_is_named() -> None:
    described = [c for c in DATASET.captions("plain", "test", "en") if c.subject != "s3"]
    with pytest.raises(DataError, match="item 'test/s3/0' has no source-language caption to describe it"):
        rank_with_baseline(Words(), gallery(), described, EvaluationRecipe())


def test_the_real_baseline_knows_a_subject_by_its_words() -> None:
    baseline = registry().build("baseline", "lexical")
    described = DATASET.captions("plain", "test", "en")
    found = rank_with_baseline(baseline, gallery(), described, EvaluationRecipe(query="translated"))
    assert found.t2v.rank.max() == 1
