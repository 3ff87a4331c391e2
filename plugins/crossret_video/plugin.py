"""Registers the components of this package; imports no heavy library."""

from __future__ import annotations

from crossret.contracts.meta import Example, Meta
from crossret.hookspecs import Register, hookimpl


@hookimpl
def register_visual_backbones(register: Register) -> None:
    """Clips through any backbone of pictures."""
    register(
        "clips",
        "crossret_video.clips:ClipFrames",
        Meta(
            summary="Frames of video files, each through a backbone of pictures (cost: decoding 10 s of 320 × 240)",
            argument="BACKBONE",
            wraps="visual-backbone",
            modality="video",
            memory_mb=800,
            seconds_per_1000=100,
            extra="video",
            example=Example("hog"),
            source="https://github.com/PyAV-Org/PyAV",
        ),
    )
