from __future__ import annotations

from collections.abc import Sequence

import pytest
from tiny_data import ReversingTranslator, TinyDataset, reverse_words

from crossret.bench.preparation import prepare_gallery, prepare_training
from crossret.contracts.text import RowCache
from crossret.data.array_cache import cached_rows
from crossret.data.pools import TrainingSet
from crossret.evaluation.gallery import load_gallery
from crossret.model.dual_encoder import DualEncoder
from crossret.model.padding import LEFT_OUT, CountedIn, Padding
from crossret.model.text_tower import TextTower
from crossret.model.visual_tower import VisualTower
from crossret.recipe.models import TextRecipe, VisualRecipe
from crossret.translation.fill import human_target_pool, source_pool
from crossret.translation.pooling import Translators, translated_pool
from crossret_text.subword import SubwordTiny


class Listening(SubwordTiny):
    """Writes down what it is asked to prepare."""

    def __init__(self) -> None:
        super().__init__(buckets=64, dimension=8, max_tokens=8)
        self.lists: list[set[str]] = []

    def prepare(self, texts: Sequence[str], cache: RowCache) -> None:
        assert cache is cached_rows
        assert len(set(texts)) == len(texts)
        self.lists.append(set(texts))


def model_of(encoder: SubwordTiny, padding: Padding = LEFT_OUT) -> DualEncoder:
    tower = TextTower(encoder, TextRecipe(width=16, heads=4, query_width=8, positions=8), 10, 0.0, padding)
    return DualEncoder(VisualTower(6, VisualRecipe(hidden=8), 10, 0.0), tower)


@pytest.fixture
def dataset() -> TinyDataset:
    return TinyDataset(fragments=1)


def texts_of(dataset: TinyDataset, language: str) -> set[str]:
    return {caption.text for caption in dataset.captions("plain", "train", language)}


def translated_set(dataset: TinyDataset) -> TrainingSet:
    captions = dataset.captions("plain", "train", "en")
    pool = translated_pool(captions, Translators(ReversingTranslator()), "en", "xx", back=True)
    return TrainingSet(dataset.split("plain", "train"), {"xx": pool})


def test_each_view_that_is_encoded_is_one_list(dataset: TinyDataset) -> None:
    encoder = Listening()
    prepare_training(model_of(encoder), translated_set(dataset), {"visual", "source", "target"})
    english = texts_of(dataset, "en")
    assert encoder.lists == [english, {reverse_words(text) for text in english}]


def test_views_that_only_another_view_needs_are_prepared(dataset: TinyDataset) -> None:
    encoder = Listening()
    prepare_training(model_of(encoder), translated_set(dataset), {"cross", "back"})
    assert len(encoder.lists) == 3


def test_human_target_texts_take_the_place_of_translations(dataset: TinyDataset) -> None:
    encoder = Listening()
    pools = {"xx": source_pool(dataset.captions("plain", "train", "en"))}
    human = {"xx": human_target_pool(dataset.captions("plain", "train", "xx"))}
    prepare_training(model_of(encoder), TrainingSet(dataset.split("plain", "train"), pools, human), {"target"})
    assert encoder.lists == [texts_of(dataset, "xx")]


def test_a_gallery_has_its_captions_and_their_translations(dataset: TinyDataset) -> None:
    encoder = Listening()
    gallery = load_gallery(dataset, "plain", "test", "xx", ReversingTranslator())
    prepare_gallery(model_of(encoder), gallery)
    assert encoder.lists == [{caption.text for caption in gallery.captions}, set(gallery.translated)]


def test_nothing_is_prepared_for_a_tower_that_reads_padding(dataset: TinyDataset) -> None:
    encoder = Listening()
    prepare_training(model_of(encoder, CountedIn()), translated_set(dataset), {"source"})
    assert encoder.lists == []


def test_other_encoders_are_left_alone(dataset: TinyDataset) -> None:
    model = model_of(SubwordTiny(buckets=64, dimension=8, max_tokens=8))
    prepare_training(model, translated_set(dataset), {"source", "target"})
