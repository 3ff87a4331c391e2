"""The discriminator of an NRCCR checkpoint under the names of the loss ``language-adversary``."""

from __future__ import annotations

from crossret.interchange.nrccr_tensors import Found, Part, Shape

# Per our name of a discriminator: their modules and ours.
MODULES: dict[str, dict[str, str]] = {
    "weak": {"discriminator.model": "linear"},
    "mlp": {f"discriminator.model.{2 * n}": f"linear{n + 1}" for n in range(3)},
    "convolutional": {
        "discriminator.convolve.0": "input_conv",
        **{
            f"discriminator.convolve.{n + 1}.{conv}": f"blocks.{n}.{conv}"
            for n in range(3)
            for conv in ("conv1", "conv2")
        },
        "discriminator.model": "linear",
    },
}
KERNEL = 5


def discriminator(part: Part, head: str, dimension: int) -> dict[str, Found]:
    """Weights by our names.

    Args:
        part: the state dict.
        head: our name of its kind.
        dimension: width of a token state.

    Raises:
        DataError: a tensor is missing, has another shape, or belongs to nothing.
    """
    return part.renamed(MODULES[head], _shapes(part, head, dimension))


def _shapes(part: Part, head: str, dimension: int) -> dict[str, Shape]:
    if head == "weak":
        return _layers({"linear": (2, dimension)})
    if head == "mlp":
        return _layers({"linear1": (256, dimension), "linear2": (128, 256), "linear3": (2, 128)})
    width = part.size("discriminator.convolve.0.weight", 0)
    convolutions = {name: (width, width, KERNEL) for name in MODULES[head].values() if name.startswith("blocks")}
    return _layers({"input_conv": (width, dimension, 1), **convolutions, "linear": (2, width)})


def _layers(weights: dict[str, Shape]) -> dict[str, Shape]:
    shapes: dict[str, Shape] = {}
    for name, shape in weights.items():
        shapes |= {f"{name}.weight": shape, f"{name}.bias": shape[:1]}
    return shapes
