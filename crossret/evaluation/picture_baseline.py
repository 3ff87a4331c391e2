"""Vectors of a gallery under a dual encoder that was trained elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import torch
from PIL.Image import Image

from crossret.contracts.baseline import PictureBaseline
from crossret.contracts.data import Dataset, Item
from crossret.data.array_cache import cached_array, key_of
from crossret.errors import DataError
from crossret.evaluation.baseline_ranks import check_vectors
from crossret.evaluation.gallery import Gallery
from crossret.evaluation.model_ranks import Compared
from crossret.makers import blamed, broken
from crossret.recipe.models import EvaluationRecipe

PICTURES = 64
FEW = 4


def compared_by_pictures(
    baseline: PictureBaseline, dataset: Dataset, gallery: Gallery, recipe: EvaluationRecipe
) -> Compared:
    """Captions, or their translations if the recipe asks with these, and the pictures of the items.

    Vectors of pictures are computed once for all languages and runs.

    Raises:
        DataError: an item has no picture that can be read.
        ComponentError: the baseline breaks its contract.
    """
    items = gallery.split.items
    key = key_of(dataset.fingerprint(), baseline.fingerprint(), *(item.id for item in items))
    pictures = cached_array("zero-shot", key, lambda: _pictures(baseline, dataset, items))
    texts = gallery.translated if recipe.query == "translated" else [caption.text for caption in gallery.captions]
    captions = _captions(baseline, texts, recipe.batch_size)
    if captions.shape[1] != pictures.shape[1]:
        raise broken(baseline, "captions and pictures of one width", f"{captions.shape[1]} and {pictures.shape[1]}")
    return Compared(torch.from_numpy(captions), torch.from_numpy(np.array(pictures)))


def _captions(baseline: PictureBaseline, texts: Sequence[str], batch: int) -> np.ndarray:
    def embed(part: Sequence[str]) -> np.ndarray:
        with blamed(baseline):
            vectors = baseline.embed_captions(part)
        check_vectors(baseline, vectors, len(part), "captions")
        return vectors

    _check_repeatable(baseline, lambda: embed(texts[:FEW]), "texts")
    # Texts of one length together, so that little is padded.
    order = sorted(range(len(texts)), key=lambda place: len(texts[place]))
    found = [embed([texts[place] for place in order[start : start + batch]]) for start in range(0, len(order), batch)]
    rows = np.concatenate(found)
    vectors = np.empty_like(rows)
    vectors[order] = rows
    return vectors


def _pictures(baseline: PictureBaseline, dataset: Dataset, items: Sequence[Item]) -> np.ndarray:
    def embed(part: Sequence[Item]) -> np.ndarray:
        seen = [_picture(dataset, item) for item in part]
        with blamed(baseline):
            vectors = baseline.embed_pictures(seen)
        check_vectors(baseline, vectors, len(part), "pictures")
        return vectors

    _check_repeatable(baseline, lambda: embed(items[:FEW]), "pictures")
    return np.concatenate([embed(items[start : start + PICTURES]) for start in range(0, len(items), PICTURES)])


def _picture(dataset: Dataset, item: Item) -> Image:
    try:
        return dataset.image(item).convert("RGB")
    except (OSError, SyntaxError, ValueError) as error:
        raise DataError(f"item {item.id!r}: its picture cannot be read: {error}") from error


def _check_repeatable(baseline: PictureBaseline, embed: Callable[[], np.ndarray], what: str) -> None:
    if not np.allclose(embed(), embed(), rtol=1e-3, atol=1e-4):
        raise broken(baseline, "the same vectors whenever it is asked", f"others for the same {what}")
