"""Baselines: :mod:`crossret.contracts.baseline`."""

from __future__ import annotations

import numpy as np

from crossret.testing.observing import TOLERANCE, all_texts
from crossret.testing.outcomes import expect
from crossret.testing.probes import ODD_TEXTS, captions_in
from crossret.testing.subject import Subject

DESCRIPTIONS = [caption.text for caption in captions_in("en")]


def vectors_have_shape_and_type(subject: Subject) -> None:
    """Vectors are finite float32, (Q, D) of captions and (M, D) of items."""
    captions = all_texts(subject)
    queries, gallery = subject.build().embed(captions, DESCRIPTIONS)
    for name, found, count in (("captions", queries, len(captions)), ("items", gallery, len(DESCRIPTIONS))):
        expect(isinstance(found, np.ndarray), f"an array of {name}", type(found).__name__)
        expect(found.dtype == np.float32, f"float32 vectors of {name}", found.dtype)
        expect(found.ndim == 2 and len(found) == count, f"({count}, D) vectors of {name}", found.shape)
        expect(bool(np.isfinite(found).all()), f"finite vectors of {name}", "nan or inf")
    expect(queries.shape[1] == gallery.shape[1], f"items of width {queries.shape[1]}, as captions", gallery.shape[1])


def captions_do_not_depend_on_one_another(subject: Subject) -> None:
    """A caption has the same vector alone and among others."""
    built, captions = subject.build(), all_texts(subject)
    together, _ = built.embed(captions, DESCRIPTIONS)
    alone = np.concatenate([built.embed([caption], DESCRIPTIONS)[0] for caption in captions])
    gap = float(np.abs(together - alone).max()) if together.shape == alone.shape else float("inf")
    expect(gap <= TOLERANCE, "the same vector of a caption alone and among others", f"a difference of {gap:.2g}")


def embeds_any_unicode(subject: Subject) -> None:
    """Captions of emoji, other scripts or signs alone have finite vectors."""
    queries, _ = subject.build().embed([*ODD_TEXTS, "?!", "…"], DESCRIPTIONS)
    expect(bool(np.isfinite(queries).all()), "finite vectors of odd captions", "nan or inf")


CHECKS = (vectors_have_shape_and_type, captions_do_not_depend_on_one_another, embeds_any_unicode)
