"""Both sides of a model as ONNX, with a manifest that says what goes in."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from crossret import __version__
from crossret.atomic import write_text
from crossret.bench.checkpoints import Checkpoint
from crossret.errors import DataError
from crossret.interchange.onnx_export import NotExportableError, write_onnx
from crossret.interchange.onnx_parts import Part, text_parts, visual_parts
from crossret.interchange.whole_folder import whole_folder

MANIFEST: Final = "manifest.json"
TOKENIZER: Final = "tokenizer"

Report = Callable[[str], None]


def write_onnx_folder(folder: Path, checkpoint: Checkpoint, report: Report) -> None:
    """Write ``text.onnx``, ``visual.onnx``, the manifest and the tokenizer, if it is one of transformers.

    Args:
        folder: a new one.
        checkpoint: on the CPU.
        report: told of every file, with the largest difference between onnxruntime and torch.

    Raises:
        UsageError: the folder is there already and not empty, or the model cannot be exported.
        DataError: a side cannot be written as ONNX.
        CrossretError: onnxruntime makes something else of a side than torch.
    """
    checkpoint.model.eval()
    sides = (text_parts(checkpoint), visual_parts(checkpoint))
    with whole_folder(folder) as written:
        content: dict[str, Any] = {
            "schema_version": 1,
            "crossret": __version__,
            "model": checkpoint.key,
            "languages": checkpoint.languages,
            "output": "vector: unit vectors (batch, dimension); compare by dot product",
            "dimension": checkpoint.assembly.recipe.model.common,
            **{candidates[0].side: _first_that_can(written, candidates, report) for candidates in sides},
        }
        # Where a text encoder reads with a tokenizer of transformers, nobody needs crossret to feed the network.
        tokenizer = getattr(checkpoint.model.text.encoder, "tokenizer", None)
        if tokenizer is not None and hasattr(tokenizer, "save_pretrained"):
            tokenizer.save_pretrained(written / TOKENIZER)
            content["tokenizer"] = TOKENIZER
        write_text(written / MANIFEST, json.dumps(content, indent=1, ensure_ascii=False) + "\n")


def _first_that_can(folder: Path, candidates: Sequence[Part], report: Report) -> dict[str, Any]:
    reasons: list[str] = []
    for part in candidates:
        file = folder / f"{part.side}.onnx"
        try:
            written = write_onnx(file, part)
        except NotExportableError as error:
            reasons.append(f"not from {part.starts_at}: {error}")
            continue
        report(f"{file.name}: from {part.starts_at}, differs from torch by at most {written.difference:.1g}")
        why = {"why": "; ".join(reasons)} if reasons else {}
        return {"file": file.name, "starts_at": part.starts_at, "made_by": part.inputs, **asdict(written), **why}
    raise DataError(f"the {candidates[0].side} side cannot be written as ONNX: {'; '.join(reasons)}")
