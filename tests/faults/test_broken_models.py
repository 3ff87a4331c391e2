"""Text encoders, losses and backbones that break their contract in the middle of a bench, each told in one line."""

from __future__ import annotations

from pathlib import Path

import pytest
from processes import Crossret
from small_data import Small

from .odd_plugin import LOSS, bench, installed, told

pytestmark = pytest.mark.slow
ENCODER = """
    import torch
    from torch import nn

    from crossret.contracts.text import TokenStates


    class Letters(nn.Module):
        dimension = 8

        def __init__(self):
            super().__init__()
            self.table = nn.Embedding(128, 8)

        def fingerprint(self):
            return "letters"

        def tokenize(self, texts):
            numbers = [[ord(letter) % 128 for letter in text] for text in texts]
            ids = torch.zeros(len(texts), max(map(len, numbers)), dtype=torch.int64)
            for row, found in zip(ids, numbers):
                row[: len(found)] = torch.tensor(found)
            return {TOKENS}

        def forward(self, tokens):
            states, mask = self.table(tokens["ids"]), tokens["ids"] > 0
            return ANSWER
"""
BACKBONE = """
    import numpy as np
    import torch


    class Mean:
        dimension, trains = 3, False

        def fingerprint(self):
            return "FINGERPRINT"

        def preprocess(self, image):
            return PIXELS

        def __call__(self, pixels):
            features = pixels.float().mean((1, 2))
            return ANSWER
"""


ENCODERS = {
    "wrong width": (
        '{"ids": ids}',
        "TokenStates(states[..., :5], mask)",
        "expected floating-point states of shape (texts, tokens, 8), found torch.float32 of shape (4, 10, 5)",
    ),
    "pooled": ('{"ids": ids}', "TokenStates(states.mean(1), mask)", "found torch.float32 of shape (4, 8)"),
    "a pair": ('{"ids": ids}', "(states, mask)", "expected TokenStates, found tuple"),
    "mask of numbers": (
        '{"ids": ids}',
        "TokenStates(states, mask.long())",
        "expected a bool mask of shape (4, 10), found torch.int64 of shape (4, 10)",
    ),
    "text lost": ('{"ids": ids}', "TokenStates(states[1:], mask[1:])", "expected states of 4 texts, found those of 3"),
    "not a number": (
        '{"ids": ids}',
        "TokenStates(states / (states - states), mask)",
        "expected finite states of 'red circle', found",
    ),
    "undecided": (
        '{"ids": ids}',
        "TokenStates(states + torch.rand(()), mask)",
        "expected the same states whenever it is asked, found others for 'red circle'",
    ),
    "elsewhere": (
        '{"ids": ids}',
        "TokenStates(states.to('meta'), mask)",
        "expected both on the device of the tokens, cpu, found states on meta, the mask on cpu",
    ),
    "raises": ('{"ids": ids}', "TokenStates(states @ states, mask)", "RuntimeError: "),
    "tokens": ("ids.tolist()", "TokenStates(states, mask)", "expected tokens as named tensors, found "),
}


@pytest.mark.parametrize("what", ENCODERS)
def test_a_text_encoder(crossret: Crossret, small: Small, tmp_path: Path, what: str) -> None:
    tokens, answer, said = ENCODERS[what]
    program = ENCODER.replace("{TOKENS}", tokens).replace("ANSWER", answer)
    packages = installed(tmp_path / "site", "register_text_encoders", "letters", "Letters", program)
    ended = bench(crossret, small, packages, tmp_path / "out", "source-only", "model.text.encoder=letters")
    assert said in told(ended, "text-encoder 'letters'")


def test_the_encoder_that_the_others_break_works(crossret: Crossret, small: Small, tmp_path: Path) -> None:
    program = ENCODER.replace("{TOKENS}", '{"ids": ids}').replace("ANSWER", "TokenStates(states, mask)")
    packages = installed(tmp_path / "site", "register_text_encoders", "letters", "Letters", program)
    ended = bench(crossret, small, packages, tmp_path / "out", "source-only", "model.text.encoder=letters")
    assert ended.code == 0, ended.err


LOSSES = {
    "a vector": (
        "value.repeat(3)",
        "expected one floating-point number, a tensor of shape (), found torch.float32 of shape (3,)",
    ),
    "a number": ("value.item()", "expected one floating-point number, a tensor of shape (), found float"),
    "nothing": ("None", "found NoneType"),
    "elsewhere": ("value.to('meta')", "expected a loss on device cpu, found one on meta"),
    "view": ("views.embeddings['back'].sum()", "KeyError: 'back' ("),
    "raises": ("value @ value", "RuntimeError: "),
    "not a number": ("value * (float('nan') if self.steps > 1 else 1)", ", was the first; a smaller"),
    "infinite": ("value * (float('inf') if self.steps > 1 else 1)", ", was the first; a smaller"),
}


@pytest.mark.parametrize("what", LOSSES)
def test_a_loss(crossret: Crossret, small: Small, tmp_path: Path, what: str) -> None:
    answer, said = LOSSES[what]
    packages = installed(tmp_path / "site", "register_losses", "gap", "Gap", LOSS.replace("ANSWER", answer))
    ended = bench(crossret, small, packages, tmp_path / "out", "source-only", "objective.gap.loss=gap")
    assert said in told(ended, "loss 'gap'")


BACKBONES = {
    "wrong width": (
        "np.asarray(image)",
        "features[:, :2]",
        "expected floating-point features of shape (2, 3), found torch.float32 of shape (2, 2)",
    ),
    "an array": ("np.asarray(image)", "features.numpy()", "expected a tensor of features, found ndarray"),
    "not a number": (
        "np.asarray(image)",
        "features / 0 * 0",
        "expected finite features of item 'train-red-circle', found nan",
    ),
    "undecided": (
        "np.asarray(image)",
        "features + torch.rand(())",
        "expected the same features whenever it is asked, found features up to ",
    ),
    "pixels": (
        "np.asarray(image)[: 16 + int(np.asarray(image).sum()) % 7]",
        "features",
        "expected pixels of one shape and type",
    ),
    "raises": ("image.no_such_thing", "features", "AttributeError: "),
}


@pytest.mark.parametrize("what", BACKBONES)
def test_a_visual_backbone(crossret: Crossret, small: Small, tmp_path: Path, what: str) -> None:
    pixels, answer, said = BACKBONES[what]
    program = BACKBONE.replace("PIXELS", pixels).replace("ANSWER", answer).replace("FINGERPRINT", what)
    packages = installed(tmp_path / "site", "register_visual_backbones", "mean", "Mean", program)
    settings = ("model.visual.backbone=mean", "model.visual.principal_components=null")
    ended = bench(crossret, small, packages, tmp_path / "out", "source-only", *settings)
    assert said in told(ended, "visual-backbone 'mean'")
