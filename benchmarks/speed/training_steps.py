"""The steps that ``training.py`` measures, over a random text encoder of mBERT's size."""

from __future__ import annotations

import argparse
import random
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import timm
import torch
from accelerate import Accelerator
from memory import Peak
from tokenizers import Tokenizer, models, pre_tokenizers, processors
from transformers import BertConfig, PreTrainedTokenizerFast

from crossret.contracts.data import Item, Split
from crossret.data.pools import AlignedText, SubjectTexts, TrainingSet
from crossret.data.sampling import Batch, Sampler
from crossret.model.dual_encoder import DualEncoder
from crossret.model.text_tower import TextTower
from crossret.model.visual_tower import VisualTower
from crossret.objective.objective import build_objective
from crossret.plugins import registry
from crossret.recipe.models import TermRecipe, TextRecipe, TextsRecipe, VisualRecipe
from crossret.testing.rows import KeptRows
from crossret.training.batching import Batching, InBuckets, ViewsApart, ViewsTogether
from crossret.training.gradients import Gradients
from crossret.training.seeds import seed_everything
from crossret.training.sharing import ALONE
from crossret.training.step import InputBank, Step
from crossret_text.transformer import TransformerEncoder

FEATURES, SIDE, VOCABULARY, WORDS, BATCHES = 768, 224, 119_547, 2000, 8
# Words of a caption: log-normal with the mean (10.5) and the tail of COCO's English captions.
LOGARITHM_OF_WORDS, SPREAD = 2.3, 0.25
SPECIAL = {"pad_token": "[PAD]", "unk_token": "[UNK]", "cls_token": "[CLS]", "sep_token": "[SEP]"}
TERMS = {
    "source": TermRecipe(loss="triplet", between=("visual", "source")),
    "target": TermRecipe(loss="triplet", between=("visual", "target")),
    "similarity": TermRecipe(loss="similarity-view"),
    "feature": TermRecipe(loss="feature-view"),
    "cycle": TermRecipe(loss="back-translation"),
    "adversarial": TermRecipe(loss="language-adversary"),
}


@dataclass(frozen=True)
class Way:
    """How a step is made.

    Attributes:
        plain: batches at random, a forward pass per view.
        cache_states: option of the encoder.
        pictures: a visual tower reads pictures at every step; else its features are given.
        micro_batch: samples of a part; ``None``: all at once.
        buckets: parts of a batch that are padded apart.
    """

    plain: bool
    pictures: bool
    train_layers: str
    cache_states: str
    micro_batch: int | None
    buckets: int = 1

    @classmethod
    def named(cls, name: str, given: argparse.Namespace) -> Way:
        """The way of that name."""
        plain, frozen = name.startswith("plain"), "frozen" in name
        pictures = plain and "both" in name
        kept = not plain and (frozen or "kept" in name)
        top = "none" if frozen else given.train_layers
        micro_batch = given.micro_batch if "in parts" in name else None
        buckets = given.buckets if frozen and not plain else 1
        return cls(plain, pictures, top, "float16" if kept else "none", micro_batch, buckets)


def measured(name: str, given: argparse.Namespace, peak: Peak) -> dict[str, float]:
    """Samples per second, CPU seconds of a step, most MiB beyond model and data, and the mean loss."""
    torch.set_num_threads(given.threads)
    way = Way.named(name, given)
    device = Accelerator(cpu=given.device == "cpu").device
    training = captions(given.batch * BATCHES)
    texts = TextsRecipe(length_window=1 if way.plain else BATCHES)
    # A whole epoch: batches of similar length differ in length from each other.
    drawn = list(Sampler(training, texts, given.batch, seed=0).epoch(0))
    seed_everything(0)
    gradients, optimiser = step_of(way, given, device)
    if way.cache_states != "none":
        # Before the clock starts: a training of many epochs does this once.
        read = [text for batch in drawn for view in batch.texts.values() for text in view]
        gradients.step.model.text.encoder.prepare(read, KeptRows())  # type: ignore[attr-defined]
    peak.reset()
    one_step(gradients, optimiser, drawn[0])
    started, cpu = now(device), time.process_time()
    losses = [one_step(gradients, optimiser, batch) for batch in drawn]
    seconds, cpu = now(device) - started, time.process_time() - cpu
    loss = float(torch.stack(losses).mean())
    samples = sum(len(batch.items) for batch in drawn)
    return {"samples": samples / seconds, "cpu": cpu / len(drawn), "memory": peak.mebibytes(), "loss": loss}


def step_of(way: Way, given: argparse.Namespace, device: torch.device) -> tuple[Gradients, torch.optim.Optimizer]:
    """Model, objective and optimiser of a way."""
    encoder = text_encoder(way, given.layers)
    text = TextTower(encoder, TextRecipe(), 1536, 0.2)
    backbone = PictureTower() if way.pictures else None
    model = DualEncoder(VisualTower(FEATURES, VisualRecipe(), 1536, 0.2, backbone), text).to(device).train()
    objective = build_objective(TERMS, registry(), encoder.dimension, ("xx",))
    objective.to(device)
    shape = (3, SIDE, SIDE) if way.pictures else (FEATURES,)
    rows = np.random.default_rng(1).standard_normal((given.batch * BATCHES, *shape), dtype=np.float32)
    step = Step(model, objective, InputBank(rows, device), device, batching_of(way))
    trained = [p for part in (model, objective) for p in part.parameters() if p.requires_grad]
    accelerator = Accelerator(cpu=given.device == "cpu")
    optimiser = accelerator.prepare(torch.optim.Adam(trained, lr=1e-4, fused=not way.plain))
    return Gradients(step, model, accelerator, optimiser, trained, way.micro_batch, ALONE), optimiser


def batching_of(way: Way) -> Batching:
    """How texts of a step are padded."""
    if way.plain:
        return ViewsApart()
    return InBuckets(way.buckets) if way.buckets > 1 else ViewsTogether()


class PictureTower(torch.nn.Module):
    """A frozen ViT-B/32 with random weights."""

    dimension = FEATURES

    def __init__(self) -> None:
        super().__init__()
        self.network = timm.create_model("vit_base_patch32_clip_224", num_classes=0).eval().requires_grad_(False)

    def forward(self, pixels: torch.Tensor) -> torch.Tensor:
        """Pixels ``(N, 3, 224, 224)`` → features ``(N, D)``."""
        with torch.no_grad():
            features: torch.Tensor = self.network(pixels)
        return features


def one_step(gradients: Gradients, optimiser: torch.optim.Optimizer, batch: Batch) -> torch.Tensor:
    """The loss, before the step."""
    figures = gradients(batch)
    torch.nn.utils.clip_grad_norm_([p for group in optimiser.param_groups for p in group["params"]], 2.0)
    optimiser.step()
    return figures["loss"]


def text_encoder(way: Way, layers: int) -> TransformerEncoder:
    """A BERT of mBERT's size, whose words are those of the captions."""
    words = [*SPECIAL.values(), *(f"w{number}" for number in range(WORDS))]
    tokenizer = Tokenizer(models.WordLevel({word: number for number, word in enumerate(words)}, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    with tempfile.TemporaryDirectory() as folder:
        PreTrainedTokenizerFast(tokenizer_object=tokenizer, model_max_length=512, **SPECIAL).save_pretrained(folder)
        BertConfig(vocab_size=VOCABULARY, num_hidden_layers=layers).save_pretrained(Path(folder))
        return TransformerEncoder(
            folder, train_layers=way.train_layers, random_init=True, cache_states=way.cache_states
        )


def captions(count: int) -> TrainingSet:
    """A caption of random words per item, with a translation and a back-translation of about its length."""
    rng = random.Random(0)
    names = [str(number) for number in range(count)]
    pool = {name: SubjectTexts((AlignedText(*_views(rng)),)) for name in names}
    return TrainingSet(Split("train", tuple(Item(name, name) for name in names)), {"xx": pool})


def _views(rng: random.Random) -> Iterator[str]:
    words = rng.lognormvariate(LOGARITHM_OF_WORDS, SPREAD)
    for share in (1.0, 1.2, 1.0):
        # mBERT cuts an English word into 1.2 pieces on average, words of other languages into more.
        length = max(3, round(1.2 * share * words * rng.uniform(0.9, 1.1)))
        yield " ".join(f"w{rng.randrange(WORDS)}" for _ in range(length))


def now(device: torch.device) -> float:
    """Seconds, when the device has done what it was given."""
    if device.type == "cuda":
        torch.cuda.synchronize()
    return time.perf_counter()
