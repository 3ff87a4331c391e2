"""What ``reference: true`` exchanges, from the recipe to what is computed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from tiny_data import TinyDataset

from crossret.bench.assembly import Assembly
from crossret.bench.conventions import OWN, PUBLISHED, conventions_of
from crossret.bench.keys import training_key
from crossret.bench.payload import Origin
from crossret.bench.plan import Selection, make_plan
from crossret.bench.training_job import trained
from crossret.contracts.data import Caption, Item, Split
from crossret.contracts.loss import View
from crossret.data.sampling import Batch
from crossret.errors import UsageError
from crossret.evaluation.gallery import Gallery, all_items, results_of
from crossret.model.padding import CountedIn, LeftOut
from crossret.plugins import plugins, registry
from crossret.recipe.models import Recipe
from crossret.recipe.reading import read_suite, recipe_of
from crossret.retrieval.metrics import direction_metrics
from crossret.retrieval.ranks import PositiveRanks
from crossret.retrieval.relevance import Relevance

SMALL = ("model.visual.principal_components=8", "training.epochs=1", "training.schedule=plateau")


def recipe(*overrides: str) -> Recipe:
    return recipe_of(read_suite("emoji"), "nrccr", overrides)


def test_a_recipe_chooses_all_parts_at_once() -> None:
    assert conventions_of(recipe()) is OWN
    assert conventions_of(recipe("reference=true")) is PUBLISHED


@pytest.mark.parametrize(("reference", "padding"), [(False, LeftOut), (True, CountedIn)])
def test_the_assembly_hands_the_parts_on(reference: bool, padding: type) -> None:
    chosen = recipe(f"reference={str(reference).lower()}", "model.visual.principal_components=8")
    assembly = Assembly(chosen, registry())
    assert isinstance(assembly.model(0).text.sequence.padding, padding)
    items = assembly.gallery("val", "es", translated=False).item_queries
    assert (items is all_items) == reference


def test_in_reference_mode_views_are_padded_apart_and_every_sample_is_a_negative() -> None:
    views: tuple[View, ...] = ("source", "target", "back")
    batch = Batch(
        np.arange(3),
        {view: ["a", "b", "c"] for view in views},
        np.array([4, 4, 1]),
        np.zeros(3, np.int64),
        np.ones(3, np.float32),
    )
    assert OWN.batching.groups(views) == (views,)
    assert OWN.batching.subjects(batch).tolist() == [4, 4, 1]
    assert PUBLISHED.batching.groups(views) == (("source",), ("target",), ("back",))
    assert PUBLISHED.batching.subjects(batch).tolist() == [0, 1, 2]
    assert OWN.batching.groups(()) == PUBLISHED.batching.groups(()) == ()


def test_an_item_without_caption_is_a_query_behind_all_captions_but_a_distractor_is_none() -> None:
    items = tuple(Item(name, name) for name in "abcd")
    captions = (Caption("1", "b", "xx", "one"), Caption("2", "b", "xx", "two"), Caption("3", "d", "xx", "three"))
    split = Split("test", items, frozenset("abd"))
    relevance = Relevance.by_subject([c.subject for c in captions], [i.subject for i in items], split.queried)
    ranks = PositiveRanks(np.array([1, 2, 1]), np.array([1, 3, 2]))
    ours, published = (
        results_of(Gallery(split, captions, relevance, item_queries=part.item_queries), ranks).v2t
        for part in (OWN, PUBLISHED)
    )
    assert ours.query.tolist() == [1, 3]
    assert published.query.tolist() == [0, 1, 3]
    assert published.rank.tolist() == [4, 1, 2]
    assert published.average_precision.tolist() == pytest.approx([0, (1 + 2 / 3) / 2, 1 / 2])


def test_validation_counts_one_direction_of_fused_queries() -> None:
    asked = PUBLISHED.selection.asking(recipe().evaluation)
    assert (asked.query, asked.fusion_weight) == ("fused", 0.2)
    dataset = TinyDataset(subjects=3)
    split, captions = dataset.split("plain", "test"), dataset.captions("plain", "test", "xx")
    relevance = Relevance.by_subject([c.subject for c in captions], [i.subject for i in split.items])
    pairs = len(relevance.captions)
    found = results_of(Gallery(split, captions, relevance), PositiveRanks(np.full(pairs, 7), np.ones(pairs, int)))
    figures = direction_metrics(found.t2v)
    assert PUBLISHED.selection.score(found) == figures.r1 + figures.r5 + figures.r10 == 100
    assert OWN.selection.score(found) == 400


def test_a_mode_is_part_of_the_key_and_so_are_the_batches_of_its_validation() -> None:
    def key(*overrides: str) -> str:
        return training_key(recipe(*overrides), ("es",), 0, {}, {})

    assert key() == key("reference=false") == key("evaluation.batch_size=7")
    assert len({key(), key("reference=true"), key("reference=true", "evaluation.batch_size=7")}) == 3


def test_a_language_without_a_way_back_cannot_be_validated_as_published() -> None:
    suite = read_suite("emoji")
    assert make_plan(suite, Selection(("sc",), ("nrccr",)), plugins()).units
    with pytest.raises(UsageError, match="no translation route from sc back to en, so no en queries"):
        make_plan(suite, Selection(("sc",), ("nrccr",), overrides=("reference=true",)), plugins())
    assert make_plan(suite, Selection(("sc",), ("source-only",), overrides=("reference=true",)), plugins()).units


@pytest.mark.slow
def test_a_model_trains_in_reference_mode(tmp_path: Path) -> None:
    suite = read_suite("emoji")
    overrides = ("reference=true", "training.epochs=2", "evaluation.batch_size=64")
    (job,) = make_plan(suite, Selection(("es",), ("nrccr",), 1, overrides), plugins()).jobs
    assert job.training is not None
    torch.set_num_threads(1)
    origin = Origin(suite="emoji", command="")
    progress = trained(job.training, tmp_path, registry(), "cpu", origin, lambda *_: None).progress
    assert [point.epoch for point in progress.curve] == [2]
    assert 0 < progress.best_score <= 300
