"""Full training steps through our trainer: embeddings, terms, gradients, weights and running statistics."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import numpy as np
import torch
from accelerate import Accelerator
from torch import Tensor

from crossret.bench.conventions import PUBLISHED
from crossret.contracts.loss import View
from crossret.data.input_batches import Inputs
from crossret.data.ragged import Ragged
from crossret.data.sampling import Batch, Sampler
from crossret.model.dual_encoder import DualEncoder
from crossret.objective.objective import build_objective
from crossret.plugins import registry
from crossret.recipe.models import TermRecipe, TrainingRecipe
from crossret.training.progress import Validation
from crossret.training.step import InputBank
from crossret.training.trainer import Setting, Trainer
from crossret_losses.adversary import LanguageAdversary

from .comparison import Comparison
from .discriminators import our_name, recorded_weights, recorded_width
from .observed import ADVERSARIAL, Observed
from .recorded import Arrays, arrays_of, tensors_under
from .small_model import SEQUENCE, TEXT, VISUAL, frame_tower, sentences, text_tower, visual_tower, write_bert

CPU = torch.device("cpu")
RATE, DISCRIMINATOR_RATE, CLIP = 1e-4, 1e-3, 2.0
TERMS = {
    "source_visual": TermRecipe(loss="triplet", between=("visual", "source")),
    "target_visual_weighted": TermRecipe(loss="triplet", between=("visual", "target"), weight=0.6),
    "similarity_view_weighted": TermRecipe(loss="similarity-view", weight=0.4),
    "feature_view_weighted": TermRecipe(loss="feature-view", weight=0.1),
    "cycle_weighted": TermRecipe(loss="back-translation", weight=0.5),
}
# Zero in exact arithmetic (a bias before a softmax or a batch norm), so Adam moves them by the sign of rounding noise.
NOISE = ("attention.key.bias", "mapping.linear.bias")


@dataclass(frozen=True)
class Recording:
    """One recorded training: which file, which discriminator, and the visual tower under their names."""

    file: str
    head: str
    discriminator: str
    visual: str
    names: Mapping[str, str]


IMAGE = Recording("train_step_image", "mlp", "discriminator.not_so_weak.", "image", VISUAL)
VIDEO = Recording("train_step_video", "convolutional", "discriminator.strong.", "video", SEQUENCE)


def image_step(scratch: Path) -> Iterator[Comparison]:
    """Stored image features, discriminator of linear layers."""
    yield from of_recording(IMAGE, scratch)


def video_step(scratch: Path) -> Iterator[Comparison]:
    """Frames, convolutional discriminator."""
    yield from of_recording(VIDEO, scratch)


@dataclass(frozen=True)
class RecordedBatch(Sampler):
    """The recorded batch, once per epoch."""

    batch: Batch | None = None

    def batches_per_epoch(self) -> int:
        return 1

    def epoch(self, epoch: int) -> Iterator[Batch]:
        assert self.batch is not None
        yield self.batch


def of_recording(recording: Recording, scratch: Path) -> Iterator[Comparison]:
    """Three steps on the recorded batch; everything that was recorded of the first, the terms of the others."""
    weights, arrays = arrays_of("weights_small"), arrays_of(recording.file)
    trainer, observed = observed_trainer(recording, weights, arrays, scratch)
    assert {n for n, p in trainer.model.named_parameters() if p.requires_grad} == set(
        _ours(recording, arrays["trainable_names"]).values()
    )
    curve = trainer.run().curve
    yield from _embeddings(observed, arrays)
    yield from _terms(observed, curve, arrays)
    yield from _gradients(recording, observed, arrays)
    yield from _weights_after(recording, observed, arrays)


def observed_trainer(recording: Recording, weights: Arrays, arrays: Arrays, scratch: Path) -> tuple[Trainer, Observed]:
    """Our trainer in reference mode, with the recorded weights, batch and settings, and no dropout."""
    text = text_tower(weights, write_bert(scratch / "bert", weights), PUBLISHED.padding, dropout=0)
    visual = (
        frame_tower(weights, PUBLISHED.padding, dropout=0)
        if recording.visual == "video"
        else visual_tower(weights, recording.visual, dropout=0)
    )
    with recorded_width():
        adversary = TermRecipe(loss="language-adversary", weight=0.001, options={"head": recording.head})
        objective = build_objective(TERMS | {ADVERSARIAL: adversary}, registry(), 64, ("zh",))
    opponent = objective.terms[ADVERSARIAL]
    assert isinstance(opponent, LanguageAdversary)
    initial = tensors_under("initial.", arrays) or tensors_under("", weights)
    opponent.discriminator.load_state_dict(
        recorded_weights({n: t.numpy() for n, t in initial.items()}, recording.discriminator)
    )
    rising = count()
    found: list[Observed] = []

    def validate(model: DualEncoder) -> float:
        found[0].keep_weights()
        return float(next(rising))

    recipe = TrainingRecipe(
        epochs=3, learning_rate=RATE, clip=CLIP, schedule="plateau", decay=1.0, patience=None, checkpoint_seconds=1e6
    )
    sampler = RecordedBatch(None, None, 10, 0, batch=recorded_batch(arrays))  # type: ignore[arg-type]
    bank = InputBank(_inputs(recording, arrays), CPU)
    setting = Setting(recipe, sampler, bank, validate, lambda *_: None, scratch / "run", PUBLISHED.batching)
    trainer = Trainer(DualEncoder(visual, text), objective, setting, Accelerator(cpu=True))
    found.append(Observed(trainer))
    return trainer, found[0]


def recorded_batch(arrays: Arrays) -> Batch:
    views: tuple[View, ...] = ("source", "target", "back")
    texts = {
        view: sentences(torch.from_numpy(arrays[f"{view}_ids"]), torch.from_numpy(arrays[f"{view}_mask"]))
        for view in views
    }
    size = len(texts["source"])
    # All of one subject: the published code knows no subjects.
    return Batch(np.arange(size), texts, np.zeros(size, np.int64), np.zeros(size, np.int64), np.ones(size, np.float32))


def _inputs(recording: Recording, arrays: Arrays) -> Inputs:
    if recording.visual != "video":
        return arrays["image_features"]
    real = arrays["video_mask"] > 0
    return Ragged([(arrays["video_frames"][real], real.sum(1))])


def _ours(recording: Recording, names: np.ndarray) -> dict[str, str]:
    """Recorded names of weights and what they are called in our model."""
    towers = [("text", "text", TEXT), (recording.visual, "visual", recording.names)]
    found = {}
    for name in names.tolist():
        for theirs, ours, parts in towers:
            for part, place in parts.items():
                if name.startswith(f"{theirs}.{part}."):
                    found[name] = f"{ours}.{place}.{name.removeprefix(f'{theirs}.{part}.')}"
    return found


def _embeddings(observed: Observed, arrays: Arrays) -> Iterator[Comparison]:
    assert observed.views is not None
    for view, embedding in observed.views.embeddings.items():
        yield Comparison.of(f"embedding.{view}", embedding, arrays[f"embedding.{view}"], 1e-3)


def _terms(observed: Observed, curve: list[Validation], arrays: Arrays) -> Iterator[Comparison]:
    for name, value in observed.opponent.items():
        yield Comparison.of(name, value, arrays[name], 1e-6 if name.startswith(ADVERSARIAL) else 1e-4)
    for prefix, point in zip(("", "step2.", "step3."), curve, strict=True):
        first = not prefix
        total = arrays[f"{prefix}term.total"]
        yield Comparison.of(f"{prefix}term.total", point.loss, total, 1e-4 if first else 1e-3, relative=not first)
        opponent = [float(arrays[f"{prefix}term.discriminator_{side}"]) for side in ("real", "fake")]
        figure = point.terms[f"{ADVERSARIAL}.discriminator"]
        yield Comparison.of(f"{prefix}term.discriminator", figure, sum(opponent) / 2, 1e-4 if first else 1e-3)
        for name in (*TERMS, ADVERSARIAL):
            tolerance = 1e-6 if name == ADVERSARIAL else 1e-4
            # Later steps follow Adam's first one, whose direction is rounding noise where a gradient is nearly zero.
            allowed = tolerance if first else 1e-3 * float(total)
            yield Comparison.of(f"{prefix}term.{name}", point.terms[name], arrays[f"{prefix}term.{name}"], allowed)


def _gradients(recording: Recording, observed: Observed, arrays: Arrays) -> Iterator[Comparison]:
    norms: dict[str, float] = {"grad_norm.all_before_clipping": 0.0}
    for theirs, ours in _ours(recording, arrays["trainable_names"]).items():
        squared = observed.gradients[ours].double().square().sum().item()
        norms["grad_norm.all_before_clipping"] += squared
        tower, part = theirs.split(".")[:2]
        if tower != "text":
            tower, part = "visual", "mapping" if part == "mapping" else "encoder"
        norms[f"grad_norm.{tower}.{part}"] = norms.get(f"grad_norm.{tower}.{part}", 0.0) + squared
    for name, squared in norms.items():
        yield Comparison.of(name, squared**0.5, arrays[name], 1e-3, relative=True)
    for name, found, expected in _selected(recording, "grad.", observed.gradients, observed.opponent_gradients, arrays):
        yield Comparison.of(name, found, expected, 1e-3, relative=True)


def _weights_after(recording: Recording, observed: Observed, arrays: Arrays) -> Iterator[Comparison]:
    factor = min(1.0, CLIP / (float(arrays["grad_norm.all_before_clipping"]) + 1e-6))
    for name, found, expected in _selected(recording, "after_step.", observed.after, observed.opponent_after, arrays):
        gradient = arrays.get(name.replace("after_step.", "grad.", 1))
        if gradient is None:
            # Running statistics.
            yield Comparison.of(name, found, expected, 2e-4)
            continue
        opponent = "discriminator" in name
        clear = np.abs(gradient * (1.0 if opponent else factor)) > 1e-5
        values = found.numpy()
        yield Comparison.of(name, values[clear], expected[clear], 2e-6)
        rate = DISCRIMINATOR_RATE if opponent else RATE
        yield Comparison.of(f"{name} (tiny gradients)", values[~clear], expected[~clear], 2 * rate)


def _selected(
    recording: Recording, prefix: str, model: Mapping[str, Tensor], opponent: Mapping[str, Tensor], arrays: Arrays
) -> Iterator[tuple[str, Tensor, np.ndarray]]:
    """Recorded tensors with a prefix, beside ours of the model or of its opponent."""
    names = [name.removeprefix(prefix) for name in arrays if name.startswith(prefix)]
    in_model = _ours(recording, np.array(names))
    for name in names:
        if name.endswith(NOISE):
            continue
        expected = arrays[f"{prefix}{name}"]
        if name.startswith(recording.discriminator):
            yield f"{prefix}{name}", opponent[our_name(name.removeprefix(recording.discriminator))], expected
        else:
            yield f"{prefix}{name}", model[in_model[name]], expected
