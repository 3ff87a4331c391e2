"""The recorded checkpoint, imported: weights bit for bit, and what the imported model says of sentences and clips."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch

from crossret.bench.checkpoints import Checkpoint, read_checkpoint
from crossret.data.ragged import Ragged
from crossret.evaluation.encoding import embed_items, embed_texts
from crossret.interchange.import_nrccr import DISCRIMINATOR_FILE, import_nrccr
from crossret.interchange.nrccr_options import Wishes
from crossret.plugins import registry
from crossret.training.tensor_files import read_tensors

from .comparison import Comparison
from .recorded import FOLDER, Arrays, arrays_of
from .small_model import SEQUENCE, TEXT, renamed, sentences, write_tokenizer

CPU = torch.device("cpu")
FILE = FOLDER / "checkpoint" / "model_best.pth.tar"


def checkpoint(scratch: Path) -> Iterator[Comparison]:
    """Weights of the model and of the discriminator, and embeddings."""
    arrays, weights = arrays_of("checkpoint/expected"), arrays_of("weights_small")
    found = imported(scratch, arrays)
    state = found.model.state_dict()
    for prefix, name, modules in (("text.", "text", TEXT), ("visual.", "video", SEQUENCE)):
        for ours, expected in renamed(weights, name, modules).items():
            if ".pooler." not in ours:
                yield Comparison.of(f"weights of {name}, {ours}", state[f"{prefix}{ours}"], expected, 1e-300)
    opponent, _ = read_tensors(scratch / "imported" / DISCRIMINATOR_FILE)
    for ours, tensor in opponent.items():
        expected_weight = weights[f"discriminator.not_so_weak.{ours}"]
        yield Comparison.of(f"weights of the discriminator, {ours}", tensor, expected_weight, 1e-300)
    for view in ("source", "target"):
        texts = sentences(torch.from_numpy(arrays[f"{view}_ids"]), torch.from_numpy(arrays[f"{view}_mask"]))
        name = f"text_embedding_with_padding.{view}"
        yield Comparison.of(name, embed_texts(found.model, texts, 64, CPU), arrays[name], 5e-5)
    name = "visual_embedding_with_padding"
    yield Comparison.of(name, embed_items(found.model, clips(arrays), 64, CPU), arrays[name], 5e-5)


def imported(scratch: Path, arrays: Arrays) -> Checkpoint:
    """Through the files that the command writes, with the data that the recipe names at hand."""
    tokenizer = scratch / "tokenizer"
    write_tokenizer(tokenizer)
    write_clips(scratch / "data" / "vatex" / "FeatureData" / "i3d_kinetics", arrays)
    wishes = Wishes(root=str(scratch / "data"))
    import_nrccr(FILE, scratch / "imported", wishes, tokenizer=tokenizer, bert_heads=4)
    # The recipe names what was written, nothing else.
    shutil.rmtree(tokenizer)
    return read_checkpoint(scratch / "imported", registry(), "cpu")


def clips(arrays: Arrays) -> Ragged:
    real = arrays["video_mask"] > 0
    return Ragged([(arrays["video_frames"][real], real.sum(1))])


def write_clips(folder: Path, arrays: Arrays) -> None:
    """The recorded clips as the authors store features: clips ``c0``, ``c1``, …"""
    folder.mkdir(parents=True)
    frames = clips(arrays)
    names = {f"c{clip}": [f"c{clip}_{n}" for n in range(length)] for clip, length in enumerate(frames.lengths)}
    rows = frames.rows().astype(np.float32)
    (folder / "feature.bin").write_bytes(rows.tobytes())
    (folder / "id.txt").write_text(" ".join(name for found in names.values() for name in found))
    (folder / "shape.txt").write_text(f"{rows.shape[0]} {rows.shape[1]}")
    (folder / "video2frames.txt").write_text(repr(names))
