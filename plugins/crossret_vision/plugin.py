"""Registers the visual backbones; imports no heavy library."""

from __future__ import annotations

from crossret.contracts.meta import Example, Meta
from crossret.hookspecs import Register, hookimpl


@hookimpl
def register_visual_backbones(register: Register) -> None:
    """Backbones without weights, from scratch, pretrained, and stored features."""
    register(
        "hog",
        "crossret_vision.hog:Hog",
        Meta(
            summary="Oriented gradients and colour histograms; no weights, does not train",
            modality="image",
            dimension=2084,
            licence="Apache-2.0",
            memory_mb=600,
            seconds_per_1000=0.4,
            source="Dalal and Triggs, Histograms of Oriented Gradients for Human Detection, CVPR 2005",
        ),
    )
    register(
        "cnn-tiny",
        "crossret_vision.cnn:TinyCnn",
        Meta(
            summary="Small residual network; trains from scratch",
            modality="image",
            dimension=256,
            licence="Apache-2.0",
            memory_mb=800,
            seconds_per_1000=4,
            trains=True,
        ),
    )
    register(
        "timm",
        "crossret_vision.timm_model:timm_backbone",
        Meta(
            summary="Any image model of timm, pretrained or not, frozen or fine-tuned (cost: resnet18)",
            argument="MODEL",
            modality="image",
            memory_mb=1000,
            seconds_per_1000=50,
            extra="timm",
            example=Example("resnet10t", {"pretrained": False}),
            source="https://github.com/huggingface/pytorch-image-models",
        ),
    )
    register(
        "openclip",
        "crossret_vision.openclip_model:openclip_backbone",
        Meta(
            summary="Any image tower of open_clip, pretrained or not, frozen or fine-tuned (cost: ViT-B-32)",
            argument="MODEL",
            modality="image",
            memory_mb=1350,
            seconds_per_1000=95,
            extra="openclip",
            example=Example("RN50"),
            source="https://github.com/mlfoundations/open_clip",
        ),
    )
    register(
        "features",
        "crossret_vision.frame_features:stored_features",
        Meta(
            summary="Vectors of pictures or of frames, from a .npy or .safetensors file and a list of item ids",
            modality="image",
            memory_mb=50,
            seconds_per_1000=0.01,
        ),
    )


@hookimpl
def register_baselines(register: Register) -> None:
    """Models that were trained elsewhere on pictures and texts."""
    register(
        "openclip",
        "crossret_vision.openclip_dual_encoder:OpenClipDualEncoder",
        Meta(
            summary="Any model of open_clip as it was trained, both towers (cost: ViT-B-32)",
            argument="MODEL:WEIGHTS",
            modality="image",
            memory_mb=1500,
            seconds_per_1000=95,
            extra="openclip",
            source="https://github.com/mlfoundations/open_clip",
        ),
    )
