"""Baselines: :mod:`crossret.contracts.baseline`."""

from __future__ import annotations

import numpy as np

from crossret.contracts.baseline import PictureBaseline
from crossret.testing.observing import TOLERANCE, all_texts, captions_by, descriptions, items_by
from crossret.testing.outcomes import expect
from crossret.testing.probes import ODD_TEXTS, pictures
from crossret.testing.subject import Subject


def vectors_have_shape_and_type(subject: Subject) -> None:
    """Vectors are finite float32, (Q, D) of captions and (M, D) of items."""
    built, captions = subject.build(), all_texts(subject)
    queries, gallery = captions_by(built, captions), items_by(built)
    count = len(pictures()) if isinstance(built, PictureBaseline) else len(descriptions())
    for name, found, expected in (("captions", queries, len(captions)), ("items", gallery, count)):
        expect(isinstance(found, np.ndarray), f"an array of {name}", type(found).__name__)
        expect(found.dtype == np.float32, f"float32 vectors of {name}", found.dtype)
        expect(found.ndim == 2 and len(found) == expected, f"({expected}, D) vectors of {name}", found.shape)
        expect(bool(np.isfinite(found).all()), f"finite vectors of {name}", "nan or inf")
    expect(queries.shape[1] == gallery.shape[1], f"items of width {queries.shape[1]}, as captions", gallery.shape[1])


def captions_do_not_depend_on_one_another(subject: Subject) -> None:
    """A caption has the same vector alone and among others."""
    built, captions = subject.build(), all_texts(subject)
    together = captions_by(built, captions)
    alone = np.concatenate([captions_by(built, [caption]) for caption in captions])
    gap = float(np.abs(together - alone).max()) if together.shape == alone.shape else float("inf")
    expect(gap <= TOLERANCE, "the same vector of a caption alone and among others", f"a difference of {gap:.2g}")


def embeds_any_unicode(subject: Subject) -> None:
    """Captions of emoji, other scripts or signs alone have finite vectors."""
    queries = captions_by(subject.build(), [*ODD_TEXTS, "?!", "…"])
    expect(bool(np.isfinite(queries).all()), "finite vectors of odd captions", "nan or inf")


CHECKS = (vectors_have_shape_and_type, captions_do_not_depend_on_one_another, embeds_any_unicode)
