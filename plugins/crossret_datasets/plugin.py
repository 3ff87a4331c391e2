"""Registers the components of this package; imports no heavy library."""

from __future__ import annotations

from crossret.contracts.meta import Meta
from crossret.hookspecs import Register, hookimpl

_NRCCR = (
    ("nrccr-vatex", "vatex", ("en", "zh"), "video", "VATEX"),
    ("nrccr-msrvtt-cn", "msrvtt_cn", ("en", "zh"), "video", "MSR-VTT-CN"),
    ("nrccr-multi30k", "multi30k", ("en", "de", "fr", "cs"), "image", "Multi30K"),
    ("nrccr-mscoco", "mscoco", ("en", "zh", "ja"), "image", "MSCOCO with COCO-CN and STAIR"),
)

# Read from the files as they were published.
_PUBLISHED = {
    "multi30k": (
        "multi30k:Multi30k",
        Meta(
            summary="Multi30K as its repository ships it: 31,014 Flickr30K pictures, and test sets of 2016 to 2018",
            modality="image",
            languages=("en", "de", "fr", "cs"),
            licence="LicenseRef-research-only",
            source="https://github.com/multi30k/dataset",
        ),
    ),
}


@hookimpl
def register_datasets(register: Register) -> None:
    """Readers of files that users have."""
    register(
        "multi30k-f8k",
        "crossret_datasets.photos.dataset:Photos",
        Meta(
            summary="7,478 photos of Flickr8k and Multi30K with captions in seven languages (a folder of yours)",
            modality="image",
            languages=("en", "de", "fr", "cs", "pt-BR", "zh", "ar"),
            licence="LicenseRef-research-only",
            memory_mb=200,
            source="https://github.com/multi30k/dataset",
        ),
    )
    register(
        "folder",
        "crossret_datasets.folder.dataset:Folder",
        Meta(summary="a folder of your pictures or clips and a table of captions", modality="image", licence="yours"),
    )
    for name, (target, meta) in _PUBLISHED.items():
        register(name, f"crossret_datasets.{target}", meta)
    for name, function, languages, modality, summary in _NRCCR:
        register(
            name,
            f"crossret_datasets.authors.dataset:{function}",
            Meta(
                summary=f"{summary} with recorded machine translations, in the layout of the NRCCR authors",
                modality=modality,
                languages=languages,
                licence="of each collection",
                memory_mb=400,
                source="https://github.com/HuiGuanLab/nrccr",
            ),
        )


@hookimpl
def register_visual_backbones(register: Register) -> None:
    """Register stored features in the layout of the NRCCR authors."""
    register(
        "nrccr-bigfile",
        "crossret_datasets.authors.frame_features:BigFileFeatures",
        Meta(
            summary="Stored features of clip frames: feature.bin, id.txt, shape.txt, video2frames.txt",
            modality="video",
            memory_mb=500,
            seconds_per_1000=1,
            source="https://github.com/HuiGuanLab/nrccr",
        ),
    )
    register(
        "nrccr-npy",
        "crossret_datasets.authors.picture_features:NpyFeatures",
        Meta(
            summary="Stored features of pictures: a .npy file and a list of ids per split",
            modality="image",
            memory_mb=300,
            seconds_per_1000=0.01,
            source="https://github.com/HuiGuanLab/nrccr",
        ),
    )
