"""Visual backbones of pictures, clips and stored features: :mod:`crossret.contracts.visual`."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from crossret.contracts.data import Item
from crossret.contracts.visual import ClipBackbone, FeatureBackbone, FrameFeatureBackbone, PixelBackbone
from crossret.errors import DataError
from crossret.testing.observing import TOLERANCE, evaluating, inputs, looked_up
from crossret.testing.outcomes import ConformanceError, NotApplicableError, expect
from crossret.testing.probes import items, write_clips
from crossret.testing.subject import Subject


def _computing(subject: Subject) -> Any:
    built = subject.build()
    if not isinstance(built, PixelBackbone | ClipBackbone):
        raise NotApplicableError("it looks features up")
    return built


def _features(built: Any, pixels: np.ndarray) -> torch.Tensor:
    with torch.no_grad():
        found: torch.Tensor = evaluating(built)(torch.from_numpy(pixels))
    return found


def features_have_shape_and_type(subject: Subject) -> None:
    """Features are finite float32 of (N, D), where D is its dimension."""
    built = subject.build()
    made = inputs(subject, built)
    if isinstance(built, PixelBackbone | ClipBackbone):
        features = _features(built, made["pixels"]).numpy()
        count = len(made["pixels"])
    else:
        features, count = made["features"], len(made["features"])
    wanted = (count, built.dimension)
    expect(features.dtype == np.float32, "float32 features", features.dtype)
    expect(features.shape == wanted, f"features of shape {wanted}", features.shape)
    expect(bool(np.isfinite(features).all()), "finite features", "nan or inf")


def meta_tells_its_dimension(subject: Subject) -> None:
    """The dimension in its meta is that of its features."""
    told = subject.component.meta.dimension
    if told is None:
        raise NotApplicableError("its meta tells no dimension")
    dimension = subject.build().dimension
    expect(told == dimension, f"the dimension {told} of its meta", dimension)


def features_do_not_depend_on_the_batch(subject: Subject) -> None:
    """A picture or frame has the same features alone and in a batch, whatever its place."""
    built = _computing(subject)
    pixels = inputs(subject, built)["pixels"]
    together = _features(built, pixels[::-1].copy()).flip(0)
    alone = torch.cat([_features(built, pixels[n : n + 1]) for n in range(len(pixels))])
    gap = float((together - alone).abs().max())
    allowed = TOLERANCE * max(1.0, float(alone.abs().max()))
    expect(gap <= allowed, "the same features alone and in a batch", f"a difference of {gap:.2g}")


def tells_pictures_apart(subject: Subject) -> None:
    """Different pictures or clips have different features."""
    built = subject.build()
    made = inputs(subject, built)
    features = made["features"] if "features" in made else _features(built, made["pixels"]).numpy()
    expect(bool(np.ptp(features, axis=0).max() > 1e-7), "different features of different pictures", "equal ones")


def keeps_the_frames_of_a_clip(subject: Subject) -> None:
    """Every clip gives at least one frame, and all frames have one shape and type."""
    built = subject.build()
    if not isinstance(built, ClipBackbone):
        raise NotApplicableError("it reads no clips")
    frames = [built.preprocess_clip(clip) for clip in write_clips(subject.folder)]
    expect(all(len(found) >= 1 for found in frames), "a frame of every clip", [len(found) for found in frames])
    kinds = {(found.shape[1:], str(found.dtype)) for found in frames}
    expect(len(kinds) == 1, "frames of one shape and type", sorted(map(str, kinds)))


def refuses_broken_clips(subject: Subject) -> None:
    """A file that is no clip is a DataError."""
    built = subject.build()
    if not isinstance(built, ClipBackbone):
        raise NotApplicableError("it reads no clips")
    path = subject.folder / "broken.mp4"
    path.write_bytes(b"no clip at all")
    _refused(lambda: built.preprocess_clip(path), "a file that is no clip")


def refuses_unknown_items(subject: Subject) -> None:
    """An item without stored features is a DataError."""
    built = subject.build()
    unknown = [Item("no-such-item-0", "nothing")]
    if isinstance(built, FeatureBackbone):
        _refused(lambda: built.features(unknown), "an unknown item")
    elif isinstance(built, FrameFeatureBackbone):
        _refused(lambda: built.frame_features(unknown), "an unknown item")
    else:
        raise NotApplicableError("it computes features")


def keeps_the_order_of_items(subject: Subject) -> None:
    """Stored features come in the order of the items that are asked for."""
    built = subject.build()
    turned = items()[::-1]
    if isinstance(built, FeatureBackbone):
        forth, back = looked_up(lambda: built.features(items())), built.features(turned)[::-1]
        pairs = list(zip(forth, back, strict=True))
    elif isinstance(built, FrameFeatureBackbone):
        looked_up(lambda: np.concatenate(built.frame_features(items())))
        pairs = list(zip(built.frame_features(items()), built.frame_features(turned)[::-1], strict=True))
    else:
        raise NotApplicableError("it computes features")
    expect(all(np.array_equal(a, b) for a, b in pairs), "features in the order of the items", "another order")


def _refused(call: Any, what: str) -> None:
    try:
        call()
    except DataError:
        return
    except Exception as error:
        raise ConformanceError(f"DataError for {what}", f"{type(error).__name__}: {error}") from error
    raise ConformanceError(f"DataError for {what}", "no error")


CHECKS = (
    features_have_shape_and_type,
    meta_tells_its_dimension,
    features_do_not_depend_on_the_batch,
    tells_pictures_apart,
    keeps_the_frames_of_a_clip,
    refuses_broken_clips,
    refuses_unknown_items,
    keeps_the_order_of_items,
)
