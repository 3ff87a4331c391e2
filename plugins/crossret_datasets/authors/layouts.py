"""How the files of the four collections are named: the table of method section 5.3, as data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

SOURCE: Final = "en"
SPLITS: Final = ("train", "val", "test")

Role = Literal["source", "target", "forward", "back", "queries"]
"""``source``: English by people; ``target``: the target language by people; ``forward``: English machine-translated;
``back``: that translated back; ``queries``: target captions by people, machine-translated into English."""

# The middle of a file name and the tags inside the file; later releases of the group write c2en for 2enc.
_MIDDLES: Final[Mapping[Role, tuple[str, ...]]] = {
    "source": ("_enc", ""),
    "target": ("_{x}",),
    "forward": ("_google_enc2{x}",),
    "back": ("_google_enc2{x}2enc",),
    "queries": ("_google_{x}2enc", "_google_{x}c2en", "_google_{x}c2enc", "_google_{x}2en"),
}


@dataclass(frozen=True, slots=True)
class Part:
    """The files of one split: ``<stem><middle><suffix>.caption.txt`` and perhaps a list of ids.

    Attributes:
        stems: how a name may begin; ``{c}`` is the collection's name.
        ids: name of the list of items in ``FeatureData``; where there is none, the items are those with captions, in
            the order of their file.
    """

    stems: tuple[str, ...]
    suffix: str = ""
    ids: str = ""


@dataclass(frozen=True, slots=True)
class Counts:
    """Published numbers of one split (method section 4.1); ``None``: not published."""

    items: int | None = None
    captions: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ProtocolFiles:
    """One protocol: its languages and the files of its splits.

    Attributes:
        special: files of a language that are named differently, by split and language.
    """

    summary: str
    languages: tuple[str, ...]
    parts: Mapping[str, Part]
    published: Mapping[str, Counts]
    special: Mapping[tuple[str, str], Part] = field(default_factory=dict)

    def part(self, split: str, lang: str) -> Part:
        """The naming of a split's files for a language."""
        return self.special.get((split, lang), self.parts[split])


@dataclass(frozen=True, slots=True)
class Layout:
    """One collection.

    Attributes:
        name: of the component.
        collections: names that its folder, and the prefix of its files, may have.
        pictures: folder of the pictures; empty for clips.
        picture_list: file that says which picture an id is, if there is one.
        cleans_queries: whether the published code cleans English at validation and test too.
    """

    name: str
    collections: tuple[str, ...]
    protocols: Mapping[str, ProtocolFiles]
    pictures: str = ""
    picture_list: str = ""
    cleans_queries: bool = False

    def file_names(self, protocol: str, split: str, role: Role, lang: str) -> Iterator[str]:
        """Names that a caption file may have, likeliest first."""
        part = self.protocols[protocol].part(split, lang)
        for collection in self.collections:
            for stem in part.stems:
                for middle in _MIDDLES[role]:
                    yield f"{stem}{middle}{part.suffix}.caption.txt".format(c=collection, x=lang)


def human(lang: str) -> Role:
    """The files of a language that people wrote."""
    return "source" if lang == SOURCE else "target"


def tags(role: Role, lang: str) -> tuple[str, ...]:
    """Tags that the ids of such a file may have."""
    if role == "source":
        return ("enc",)
    return tuple(middle.removeprefix("_").removeprefix("google_").format(x=lang) for middle in _MIDDLES[role])


def _same(languages: tuple[str, ...], captions: int) -> dict[str, int]:
    return dict.fromkeys((SOURCE, *languages), captions)


_VIDEO: Final = {split: Part((f"{{c}}{split}",)) for split in SPLITS}

VATEX: Final = Layout(
    name="nrccr-vatex",
    collections=("vatex", "VATEX"),
    protocols={
        "standard": ProtocolFiles(
            summary="ten English captions a training clip, machine-translated; ten human Chinese captions a test clip",
            languages=("zh",),
            parts=_VIDEO,
            published={
                "train": Counts(25_991, {SOURCE: 259_910}),
                "val": Counts(1_500, {"zh": 15_000}),
                "test": Counts(1_500, {"zh": 15_000}),
            },
        )
    },
    cleans_queries=True,
)

MSRVTT_CN: Final = Layout(
    name="nrccr-msrvtt-cn",
    collections=("msrvttcn", "msrvtt10kcn", "msrvtt10kyu", "MSRVTT-CN"),
    protocols={
        "standard": ProtocolFiles(
            summary="20 English captions a training clip, machine-translated; one human Chinese caption a test clip",
            languages=("zh",),
            parts=_VIDEO,
            published={
                "train": Counts(7_010, {SOURCE: 140_200}),
                "val": Counts(1_000, {"zh": 1_000}),
                "test": Counts(1_000, {"zh": 1_000}),
            },
        )
    },
    cleans_queries=True,
)

_MULTI30K_LANGUAGES: Final = ("de", "fr", "cs")
_MULTI30K_EVALUATION: Final = {
    "val": Part(("{c}val",), ids="val_id.txt"),
    "test": Part(("{c}test",), "_2016", "test_id_2016.txt"),
}

MULTI30K: Final = Layout(
    name="nrccr-multi30k",
    collections=("multi30k", "Multi30K"),
    protocols={
        "task1": ProtocolFiles(
            summary="one caption a picture in every language, translations of the same English sentence",
            languages=_MULTI30K_LANGUAGES,
            parts={"train": Part(("{c}train",)), **_MULTI30K_EVALUATION},
            special={
                ("val", "de"): Part(("{c}val",), "_task1", "val_id.txt"),
                ("test", "de"): Part(("{c}test",), "_2016_task1", "test_id_2016.txt"),
            },
            published={
                "train": Counts(29_000, {SOURCE: 29_000}),
                "val": Counts(1_014, _same(_MULTI30K_LANGUAGES, 1_014)),
                "test": Counts(1_000, _same(_MULTI30K_LANGUAGES, 1_000)),
            },
        ),
        "task2": ProtocolFiles(
            summary="five English captions a training picture; German test captions are five, written independently",
            languages=_MULTI30K_LANGUAGES,
            parts={"train": Part(("Flickr30ktrain",)), **_MULTI30K_EVALUATION},
            published={
                "train": Counts(29_000, {SOURCE: 145_000}),
                "val": Counts(1_014, {"de": 5_070, "fr": 1_014, "cs": 1_014}),
                "test": Counts(1_000, {"de": 5_000, "fr": 1_000, "cs": 1_000}),
            },
        ),
    },
    pictures="flickr30k-images",
)


def _coco(lang: str, summary: str, test: tuple[str, ...], published: Mapping[str, Counts]) -> ProtocolFiles:
    return ProtocolFiles(
        summary=summary,
        languages=(lang,),
        parts={
            "train": Part(("{c}train",)),
            "val": Part(("{c}val",), ids=f"{lang}_val_id.txt"),
            "test": Part(test, ids=f"{lang}_test_id.txt"),
        },
        published=published,
    )


MSCOCO: Final = Layout(
    name="nrccr-mscoco",
    collections=("mscoco", "MSCOCO"),
    protocols={
        "zh": _coco(
            "zh",
            "Chinese: human captions of COCO-CN",
            ("{c}test",),
            {"val": Counts(1_000), "test": Counts(1_000)},
        ),
        "ja": _coco(
            "ja",
            "Japanese: human captions of STAIR, test on 1,000 pictures",
            ("{c}test_1k", "{c}test"),
            {"test": Counts(1_000)},
        ),
    },
    pictures="all_pics",
    picture_list="image_ids.txt",
)

LAYOUTS: Final = (VATEX, MSRVTT_CN, MULTI30K, MSCOCO)
