"""All groups of recorded numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from .checkpoint import checkpoint
from .comparison import Comparison
from .discriminators import discriminators
from .evaluation import evaluation
from .losses import losses
from .steps import image_step, video_step
from .towers import text_encoder, visual_encoders

GROUPS: dict[str, Callable[[Path], Iterator[Comparison]]] = {
    "losses, with gradients": losses,
    "discriminators and their step": discriminators,
    "text tower": text_encoder,
    "visual towers": visual_encoders,
    "training steps, images": image_step,
    "training steps, video": video_step,
    "evaluation": evaluation,
    "imported checkpoint": checkpoint,
}
