"""Counts floating-point operations of the parts whose time on a GPU follows from them."""

from __future__ import annotations

import argparse
from itertools import islice

import torch
from torch.utils.flop_counter import FlopCounterMode
from training_steps import Way

from crossret.data.sampling import Sampler
from crossret.recipe.models import TextsRecipe
from crossret.testing.rows import KeptRows
from crossret.training.seeds import seed_everything

BATCH = 16


def of_picture() -> float:
    """A ViT-B/32 reads one picture."""
    from training_steps import SIDE, PictureTower

    return _counted(PictureTower(), torch.zeros(1, 3, SIDE, SIDE))


def of_text() -> float:
    """A text encoder of mBERT's size reads a caption of median length."""
    from training_steps import captions, text_encoder

    texts = sorted((found.sentences[0].source for found in captions(64).pools["xx"].values()), key=len)
    encoder = text_encoder(Way(False, False, "none", "none", None), 12)
    with torch.no_grad():
        return _counted(encoder, encoder.tokenize([texts[32]]))


def of_sample(train_layers: str, states_kept: bool) -> float:
    """A training step, forward and back, per sample: a caption, its translation and its back-translation."""
    from training_steps import BATCHES, captions, one_step, step_of

    given = argparse.Namespace(batch=BATCH, layers=12, device="cpu")
    training = captions(BATCH * BATCHES)
    (batch,) = islice(Sampler(training, TextsRecipe(length_window=BATCHES), BATCH, seed=0).epoch(0), 1)
    seed_everything(0)
    way = Way(False, False, train_layers, "float16" if states_kept else "none", None)
    gradients, optimiser = step_of(way, given, torch.device("cpu"))
    if states_kept:
        read = [text for view in batch.texts.values() for text in view]
        gradients.step.model.text.encoder.prepare(read, KeptRows())  # type: ignore[attr-defined]
    with FlopCounterMode(display=False) as counter:
        one_step(gradients, optimiser, batch)
    return counter.get_total_flops() / BATCH


def _counted(module: torch.nn.Module, inputs: object) -> float:
    with FlopCounterMode(display=False) as counter:
        module(inputs)
    return float(counter.get_total_flops())
