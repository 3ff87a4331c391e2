"""Writes a network as ONNX and compares what onnxruntime makes of it with torch; needs ``crossret[onnx]``."""

from __future__ import annotations

import contextlib
import inspect
import logging
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import onnxruntime
import torch
from onnxscript import opset18 as op
from torch.onnx import OnnxExporterError

from crossret.errors import CrossretError
from crossret.interchange.onnx_parts import Part

OUTPUT: Final = "vector"
DOUBLE: Final = 11
FLOAT: Final = 1

LARGEST: Final = 1e-3
"""A difference above it means another network, not another rounding."""


class NotExportableError(CrossretError):
    """torch cannot write this network as ONNX."""


@dataclass(frozen=True)
class Axis:
    """One input: its type and its shape, where a name stands for any size."""

    name: str
    dtype: str
    shape: tuple[str | int, ...]


@dataclass(frozen=True)
class Written:
    """What was written.

    Attributes:
        opset: of ONNX.
        difference: the largest absolute difference between onnxruntime and torch, over all batches.
        tried: shapes of the inputs of every batch.
    """

    axes: tuple[Axis, ...]
    opset: int
    difference: float
    tried: tuple[tuple[tuple[int, ...], ...], ...]


def write_onnx(path: Path, part: Part) -> Written:
    """Write a network, and try it at every size that the part has batches of.

    Raises:
        NotExportableError: torch cannot write it.
        CrossretError: onnxruntime makes something else of it than torch.
    """
    axes = _axes(part)
    sizes = [{n: size for n, size in enumerate(axis.shape) if isinstance(size, str)} for axis in axes]
    try:
        with _quiet(), torch.no_grad():
            program: Any = torch.onnx.export(
                part.network.eval(),
                part.batches[0],
                input_names=list(part.names),
                output_names=[OUTPUT],
                dynamic_shapes=(tuple(sizes),) if _takes_all(part) else tuple(sizes),
                custom_translation_table={torch.ops.prims.hypot.default: _hypot},
                verbose=False,
            )
    except OnnxExporterError as error:
        raise NotExportableError(_root(error)) from error
    program.save(path)
    difference = max(_difference(path, part))
    if difference > LARGEST:
        raise CrossretError(f"{path.name}: onnxruntime differs from torch by {difference:.2g}; nothing was written")
    tried = tuple(tuple(tuple(tensor.shape) for tensor in batch) for batch in part.batches)
    return Written(axes, int(program.model.opset_imports[""]), difference, tried)


def _takes_all(part: Part) -> bool:
    """Whether the network takes any number of inputs: torch sees these as one."""
    return any(p.kind is p.VAR_POSITIONAL for p in inspect.signature(part.network.forward).parameters.values())


def _axes(part: Part) -> tuple[Axis, ...]:
    """Sizes that differ between batches get names; sizes that differ alike get the same one."""
    names: dict[tuple[int, ...], str] = {}
    found = []
    for number, name in enumerate(part.names):
        tensors = [batch[number] for batch in part.batches]
        shape: list[str | int] = []
        for sizes in zip(*(tensor.shape for tensor in tensors), strict=True):
            alike = len(set(sizes)) == 1
            shape.append(sizes[0] if alike else names.setdefault(sizes, f"size{len(names)}"))
        found.append(Axis(name, str(tensors[0].dtype).removeprefix("torch."), tuple(shape)))
    return tuple(found)


def _difference(path: Path, part: Part) -> Iterator[float]:
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    taken = {one.name for one in session.get_inputs()}
    for batch in part.batches:
        given = {name: tensor.numpy() for name, tensor in zip(part.names, batch, strict=True) if name in taken}
        (found,) = session.run([OUTPUT], given)
        with torch.no_grad():
            expected = part.network(*batch).numpy()
        yield float(np.abs(found - expected).max())


def _hypot(left: Any, right: Any) -> Any:
    """ONNX has none; torch's is rounded correctly, and so is this."""
    wide = [op.Cast(side, to=DOUBLE) for side in (left, right)]
    squares = [op.Mul(side, side) for side in wide]
    return op.Cast(op.Sqrt(op.Add(*squares)), to=FLOAT)


def _root(error: BaseException) -> str:
    """What lies behind an error of the exporter, in one line."""
    while error.__cause__ is not None:
        error = error.__cause__
    return " ".join(str(error).split())[:200]


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """The exporter tells its own developers much."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        logging.disable(logging.WARNING)
        try:
            yield
        finally:
            logging.disable(logging.NOTSET)
