"""Tells a text encoder which texts will be read, before they are."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from crossret.contracts.loss import View
from crossret.contracts.text import PreparesTexts
from crossret.data.array_cache import cached_rows
from crossret.data.pools import Pool, TrainingSet
from crossret.evaluation.gallery import Gallery
from crossret.model.dual_encoder import DualEncoder, text_views


def prepare_training(model: DualEncoder, training: TrainingSet, views: Collection[View]) -> None:
    """Texts of all pools in the views that are encoded, each language and view for itself: models share them so."""
    for view in text_views(views):
        for lang, pool in training.pools.items():
            human = training.target_pools.get(lang) if view in ("target", "other") else None
            _prepare(model, _texts(human or pool, training.subjects, view))


def prepare_gallery(model: DualEncoder, gallery: Gallery) -> None:
    """Captions of a gallery, and their translations if it has any."""
    _prepare(model, (caption.text for caption in gallery.captions))
    _prepare(model, gallery.translations()[0] if gallery.further else gallery.translated)


def _texts(pool: Pool, subjects: Iterable[str], view: View) -> Iterator[str]:
    for subject in subjects:
        for text in (*pool[subject].sentences, *pool[subject].fragments):
            for variant in text.all_variants():
                yield variant.target if view == "other" else getattr(variant, view)


def _prepare(model: DualEncoder, texts: Iterable[str]) -> None:
    encoder = model.text.encoder
    # Prepared states have no states of padding.
    if isinstance(encoder, PreparesTexts) and not model.text.sequence.padding.reads_padding:
        listed = sorted({text for text in texts if text.strip()})
        if listed:
            encoder.prepare(listed, cached_rows)
