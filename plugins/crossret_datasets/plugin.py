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

_XM3600 = """
ar bn cs da de el en es fa fi fil fr he hi hr hu id it ja ko mi nl no pl pt quz ro ru sv sw te th tr uk vi zh
"""

# Read from the files as they were published; a test compares them with what the readers say.
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
    "xtd10": (
        "xtd10:Xtd10",
        Meta(
            summary="XTD10: 1,000 COCO pictures in eleven languages, for testing only",
            modality="image",
            languages=("en", "es", "it", "ko", "pl", "ru", "tr", "zh", "de", "fr", "ja"),
            licence="LicenseRef-Adobe-Research",
            source="https://github.com/adobe-research/Cross-lingual-Test-Dataset-XTD10",
        ),
    ),
    "crossmodal-3600": (
        "crossmodal3600:Crossmodal3600",
        Meta(
            summary="Crossmodal-3600: 3,600 pictures in 36 languages, for testing only",
            modality="image",
            languages=tuple(_XM3600.split()),
            licence="CC-BY-4.0",
            source="https://google.github.io/crossmodal-3600/",
        ),
    ),
    "xflickr-co": (
        "xflickrco:XFlickrCO",
        Meta(
            summary="xFlickr&CO of IGLUE: 2,000 Flickr30K and COCO pictures in eight languages, for testing only",
            modality="image",
            languages=("en", "de", "es", "id", "ja", "ru", "tr", "zh"),
            licence="MIT",
            source="https://github.com/e-bug/iglue",
        ),
    ),
    "coco-cn": (
        "coco_cn:CocoCn",
        Meta(
            summary="COCO-CN: 20,341 COCO pictures with captions written in Chinese",
            modality="image",
            languages=("en", "zh"),
            licence="MIT AND CC-BY-4.0",
            source="https://github.com/li-xirong/coco-cn",
        ),
    ),
    "stair": (
        "stair:Stair",
        Meta(
            summary="STAIR Captions 1.2: five Japanese captions for every COCO picture",
            modality="image",
            languages=("en", "ja"),
            licence="CC-BY-4.0",
            source="https://github.com/STAIR-Lab-CIT/STAIR-captions",
        ),
    ),
    "msvd-cn": (
        "msvd_cn:MsvdCn",
        Meta(
            summary="MSVD-CN: 1,970 clips with Chinese captions",
            modality="video",
            languages=("en", "zh"),
            licence="NOASSERTION",
            source="https://github.com/mcislab-machine-learning/MSVD-CN",
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
