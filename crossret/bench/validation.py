"""The score that selects a training's weights."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from crossret.bench.assembly import Assembly
from crossret.bench.preparation import prepare_gallery
from crossret.errors import DataError
from crossret.evaluation.gallery import Gallery
from crossret.evaluation.model_ranks import rank_gallery
from crossret.evaluation.selection import Selection
from crossret.model.dual_encoder import DualEncoder

if TYPE_CHECKING:
    import torch


def validation(assembly: Assembly, languages: tuple[str, ...], device: torch.device) -> Callable[[DualEncoder], float]:
    """Mean score on the validation gallery, asked with human captions of the languages trained on.

    A model of the source language is asked with the human source captions. A data set without any has it asked with
    machine translations of its other captions.

    Args:
        assembly: of the training's recipe.
        languages: target languages it is trained on; empty: the source language only.
        device: where the model is.

    Raises:
        DataError: there is nothing to ask it with.
    """
    selection, galleries = _asked(assembly, languages)
    recipe = selection.asking(assembly.recipe.evaluation)
    inputs = assembly.visual.of(galleries[0].split)

    def validate(model: DualEncoder) -> float:
        for gallery in galleries:
            prepare_gallery(model, gallery)
        scores = [selection.score(rank_gallery(model, gallery, inputs, recipe, device)) for gallery in galleries]
        return sum(scores) / len(scores)

    return validate


def _asked(assembly: Assembly, languages: tuple[str, ...]) -> tuple[Selection, list[Gallery]]:
    selection, source = assembly.conventions.selection, assembly.dataset.source_language
    known = assembly.dataset.test_languages(assembly.protocol)
    if not languages and source not in known:
        selection = replace(selection, query="translated")
        languages = tuple(lang for lang in known if assembly.translator.routes(lang, source))
        if not languages:
            raise DataError(f"split 'val' has no {source} captions, nor others with a translation route to {source}")
    translated = selection.query != "target"
    return selection, [assembly.gallery("val", lang, translated=translated) for lang in languages or (source,)]
