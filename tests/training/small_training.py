"""A whole training at a small size, with every published term, dropout and an opponent.

As a program it trains in a folder and kills itself at a step, as a machine that loses power does.
"""

from __future__ import annotations

import argparse
import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from accelerate import Accelerator
from tiny_data import ReversingTranslator, TinyDataset
from torch import Tensor

from crossret.contracts.optimiser_state import optimiser_tensors
from crossret.data.pools import TrainingSet
from crossret.data.sampling import Sampler
from crossret.evaluation.gallery import load_gallery
from crossret.evaluation.model_ranks import rank_gallery, validation_score
from crossret.model.dual_encoder import DualEncoder
from crossret.model.text_tower import TextTower
from crossret.model.visual_tower import VisualTower
from crossret.objective.objective import build_objective
from crossret.plugins import registry
from crossret.recipe.models import EvaluationRecipe, TermRecipe, TextRecipe, TextsRecipe, TrainingRecipe, VisualRecipe
from crossret.training.seeds import seed_everything
from crossret.training.sharing import ALONE, Sharing
from crossret.training.step import InputBank
from crossret.training.trainer import Setting, Trainer
from crossret.translation.pooling import Translators, translated_pool
from crossret_text.subword import SubwordTiny

CPU = torch.device("cpu")
FEATURES = 6
TERMS = {
    "source": TermRecipe(loss="triplet", between=("visual", "source")),
    "target": TermRecipe(loss="infonce", between=("visual", "target"), weight=0.6),
    "similarity": TermRecipe(loss="similarity-view", weight=0.4),
    "feature": TermRecipe(loss="feature-view-cosine", weight=0.1),
    "cycle": TermRecipe(loss="back-translation", weight=0.5),
    "adversarial": TermRecipe(loss="language-adversary", weight=0.1),
}
PLAIN = Translators(ReversingTranslator())
RECIPE: dict[str, Any] = {"epochs": 3, "batch_size": 4, "learning_rate": 5e-3, "checkpoint_seconds": 0}


class StoppedError(Exception):
    """What interrupts a training in a test."""


def stop() -> None:
    raise StoppedError


def power_off() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


class EndingBank(InputBank):
    """Ends the training in the middle of a step: the batch of that number, from 1, is never handed out."""

    def __init__(self, inputs: np.ndarray, at: int, end: Callable[[], None]) -> None:
        super().__init__(inputs, CPU)
        self.left, self.end = at, end

    def take(self, items: np.ndarray) -> Tensor:
        self.left -= 1
        if self.left == 0:
            self.end()
        return super().take(items)


def features(seed: int) -> np.ndarray:
    """Of every subject's two items: near one another."""
    rng = np.random.default_rng(seed)
    subjects = np.random.default_rng(0).normal(size=(12, 1, FEATURES))
    return (subjects + 0.3 * rng.normal(size=(12, 2, FEATURES))).reshape(24, FEATURES).astype(np.float32)


def small_model(dropout: float, ngram_dropout: float = 0.0) -> DualEncoder:
    recipe = TextRecipe(width=16, heads=4, query_width=8, positions=8, dropout=dropout)
    text = TextTower(SubwordTiny(256, 12, 8, ngram_dropout), recipe, 10, dropout)
    return DualEncoder(VisualTower(FEATURES, VisualRecipe(hidden=8, dropout=dropout), 10, dropout), text)


def validation() -> Callable[[DualEncoder], float]:
    gallery = load_gallery(TinyDataset(), "plain", "val", "xx", None)
    return lambda model: validation_score(rank_gallery(model, gallery, features(2), EvaluationRecipe(), CPU))


def trainer(
    folder: Path,
    *,
    end_at: int = 0,
    end: Callable[[], None] = stop,
    validate: Callable[[DualEncoder], float] | None = None,
    report: Callable[[float, float], None] = lambda done, loss: None,
    terms: dict[str, TermRecipe] = TERMS,
    per: str = "subject",
    translators: Translators = PLAIN,
    ngram_dropout: float = 0.0,
    dropout: float = 0.2,
    sharing: Sharing = ALONE,
    **changes: Any,
) -> Trainer:
    """A trainer in its initial state; ``changes`` are changes to the training recipe."""
    dataset = TinyDataset(fragments=3)
    captions = dataset.captions("plain", "train", "en")
    pool = translated_pool(captions, translators, "en", "xx", back=True)
    recipe = TrainingRecipe(**RECIPE | changes)
    texts = TextsRecipe(per=per, most_fragments=2)  # type: ignore[arg-type]
    sampler = Sampler(TrainingSet(dataset.split("plain", "train"), {"xx": pool}), texts, recipe.batch_size, seed=5)
    seed_everything(5)
    model = small_model(dropout=dropout, ngram_dropout=ngram_dropout)
    objective = build_objective(terms, registry(), 12, ("xx",))
    bank = EndingBank(features(1), end_at, end)
    setting = Setting(recipe, sampler, bank, validate or validation(), report, folder, sharing=sharing)
    return Trainer(model, objective, setting, Accelerator(cpu=True))


def outcome(finished: Trainer) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """Everything that a training left, but the time it took: tensors and facts."""
    state = finished.state
    tensors = {f"best/{name}": value for name, value in finished.model.state_dict().items()}
    tensors |= {f"adam/{name}": value for name, value in optimiser_tensors(finished.optimiser).items()}
    for name, term in finished.objective.adversarial().items():
        tensors |= {f"{name}/{key}": value for key, value in term.auxiliary_state().items()}
    facts = {name: value for name, value in state.progress.to_facts().items() if name != "seconds"}
    return tensors, facts | {"factor": state.schedule.factor, "last_halving": state.schedule.last_halving}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("step", type=int)
    arguments = parser.parse_args()
    trainer(arguments.folder, end_at=arguments.step, end=power_off).run()


if __name__ == "__main__":
    main()
