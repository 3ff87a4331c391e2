"""Tensors of an NRCCR checkpoint under our names, checked against the towers that they belong to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from crossret.errors import DataError, nearest
from crossret.interchange.pickle_machine import StoredTensor

Shape = tuple[int, ...]

SEQUENCE = {
    "input_proj_layer.LayerNorm": "sequence.projection.0",
    "input_proj_layer.net.1": "sequence.projection.2",
    "pos_embed_layer.position_embeddings": "sequence.positions",
    "pos_embed_layer.LayerNorm": "sequence.position_norm",
    "encoder_layer.self.query": "sequence.attention.query",
    "encoder_layer.self.key": "sequence.attention.key",
    "encoder_layer.self.value": "sequence.attention.value",
    "encoder_layer.output.dense": "sequence.attention.output",
    "encoder_layer.output.LayerNorm": "sequence.attention.norm",
}
PICTURE = {"proj": "projection.0"}
HEAD = {"mapping.fc1": "head.linear", "mapping.bn_1": "head.norm"}
BERT = "text_bert.text_bert"


@dataclass(frozen=True, slots=True)
class Found:
    """A tensor and what the file calls it."""

    theirs: str
    stored: StoredTensor


@dataclass(frozen=True)
class Part:
    """One of the five state dicts of a checkpoint.

    Attributes:
        label: what errors call it.
        tensors: by their names, without the prefix of data-parallel training.
    """

    label: str
    tensors: Mapping[str, StoredTensor]

    @classmethod
    def of(cls, label: str, state: object) -> Part:
        """Check that it is a state dict.

        Raises:
            DataError: it is none.
        """
        if not isinstance(state, dict) or not all(isinstance(value, StoredTensor) for value in state.values()):
            raise DataError(f"{label}: expected named tensors, found a {type(state).__name__}")
        return cls(label, {name.removeprefix("module."): tensor for name, tensor in state.items()})

    def without(self, *prefixes: str) -> Part:
        """Without the tensors whose name starts with a prefix."""
        kept = {name: tensor for name, tensor in self.tensors.items() if not name.startswith(prefixes)}
        return Part(self.label, kept)

    def under(self, prefix: str) -> Part:
        """The tensors of a module inside, by the rest of their names."""
        start = f"{prefix}."
        inside = {n.removeprefix(start): t for n, t in self.tensors.items() if n.startswith(start)}
        return Part(f"{self.label}, {prefix}", inside)

    def size(self, name: str, axis: int) -> int:
        """A length that the towers are built by.

        Raises:
            DataError: there is no such tensor, or it has too few dimensions.
        """
        if name not in self.tensors:
            raise DataError(f"{self.label}: tensor {name!r} is missing{nearest(name, self.tensors)}")
        shape = self.tensors[name].shape
        if len(shape) <= axis or not shape[axis]:
            raise DataError(f"{self.label}: tensor {name!r} has shape {shape}; expected more")
        return shape[axis]

    def renamed(self, modules: Mapping[str, str], expected: Mapping[str, Shape]) -> dict[str, Found]:
        """Tensors under our names.

        Args:
            modules: their names of modules → ours.
            expected: shapes by our names.

        Raises:
            DataError: a tensor is missing, has another shape, or belongs to nothing.
        """
        theirs = {ours: name for name, ours in modules.items()}
        wanted = {f"{theirs[module]}.{leaf}": f"{module}.{leaf}" for module, _, leaf in _split(expected)}
        for name in wanted:
            if name not in self.tensors:
                raise DataError(f"{self.label}: tensor {name!r} is missing{nearest(name, self.tensors)}")
        for name, tensor in self.tensors.items():
            if name not in wanted:
                raise DataError(f"{self.label}: tensor {name!r} belongs to no part of the model{nearest(name, wanted)}")
            if tensor.shape != expected[wanted[name]]:
                raise DataError(
                    f"{self.label}: tensor {name!r} has shape {tensor.shape}; expected {expected[wanted[name]]}"
                )
        return {ours: Found(name, self.tensors[name]) for name, ours in wanted.items()}


def _split(names: Mapping[str, Shape]) -> list[tuple[str, str, str]]:
    return [name.rpartition(".") for name in names]
