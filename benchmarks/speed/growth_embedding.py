"""Embeds tar shards of photographs of random content, as ``crossret index`` does."""

from __future__ import annotations

import io
import tarfile
import tempfile
import time
from pathlib import Path

import numpy as np
import torch
from memory import Peak
from PIL import Image

from crossret.data.picture_bytes import decoded
from crossret.data.visual_inputs import VisualInputs
from crossret.index.embedding import Embedder, Progress, embed_corpus
from crossret.index.tar_shards import MOST_PIXELS, tar_corpus
from crossret.model.dual_encoder import DualEncoder
from crossret.model.text_tower import TextTower
from crossret.model.visual_tower import VisualTower
from crossret.plugins import registry
from crossret.recipe.models import TextRecipe, VisualRecipe
from crossret.testing.tiny_data import TinyData

NETWORK, WIDTH, BATCH, PER_SHARD, SIZE = "timm:vit_base_patch32_clip_224", 512, 64, 512, (500, 375)


def embed(pictures: int, peak: Peak) -> float:
    """CPU seconds to read, decode and embed so many pictures with a ViT-B/32."""
    embedder = _embedder()
    with tempfile.TemporaryDirectory() as folder:
        _write_shards(Path(folder) / "shards", pictures)
        corpus = tar_corpus(f"{folder}/shards")
        assert corpus is not None
        peak.reset()
        started = time.process_time()
        embed_corpus(corpus, embedder, Path(folder) / "parts", Progress(lambda note: None, lambda *shard: None))
        return time.process_time() - started


def decode(pictures: int, peak: Peak) -> float:
    """CPU seconds to read and decode as many, without the network."""
    embedder = _embedder()
    content = _photograph(np.random.default_rng(0))
    peak.reset()
    started = time.process_time()
    for _ in range(pictures):
        embedder.visual.pixels_of(decoded(content, MOST_PIXELS))
    return time.process_time() - started


def _embedder() -> Embedder:
    backbone = registry().build("visual-backbone", NETWORK, pretrained=False)
    encoder = registry().build("text-encoder", "subword-tiny")
    device = torch.device("cpu")
    visual = VisualTower(backbone.dimension, VisualRecipe(), WIDTH, 0.0)
    model = DualEncoder(visual, TextTower(encoder, TextRecipe(), WIDTH, 0.0)).eval()
    return Embedder(model, VisualInputs(TinyData(), backbone, 1), device, "random", "float16", BATCH, WIDTH)


def _write_shards(folder: Path, pictures: int) -> None:
    folder.mkdir()
    rng = np.random.default_rng(0)
    contents = [_photograph(rng) for _ in range(16)]
    for first in range(0, pictures, PER_SHARD):
        with tarfile.open(folder / f"{first // PER_SHARD:06d}.tar", "w") as tar:
            for number in range(first, min(first + PER_SHARD, pictures)):
                content = contents[number % len(contents)]
                member = tarfile.TarInfo(f"{number:09d}.jpg")
                member.size = len(content)
                tar.addfile(member, io.BytesIO(content))


def _photograph(rng: np.random.Generator) -> bytes:
    """A JPEG with detail at all scales."""
    found = np.zeros((SIZE[1], SIZE[0], 3))
    for cells in (4, 16, 64):
        noise = Image.fromarray(rng.integers(0, 256, (cells, cells, 3), dtype=np.uint8))
        found += np.asarray(noise.resize(SIZE, Image.Resampling.BICUBIC)) / 3
    file = io.BytesIO()
    Image.fromarray(found.astype(np.uint8)).save(file, "JPEG", quality=90)
    return file.getvalue()
