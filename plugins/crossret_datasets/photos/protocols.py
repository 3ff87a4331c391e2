"""The official split, and a larger test gallery at the price of training photos."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from typing import Final

from crossret.contracts.data import Caption, ProtocolInfo, Split
from crossret.errors import unknown
from crossret_datasets.photos.index import Photo, drawn
from crossret_datasets.photos.layout import CAPTIONS, SOURCE

TRAINING_PHOTOS: Final = 3000
PROTOCOLS: Final[Mapping[str, ProtocolInfo]] = {
    "official": ProtocolInfo("Multi30K's split: 6,993 photos to train on, 243 test photos", ("test",)),
    "large-gallery": ProtocolInfo(
        "3,000 photos to train on; test gallery of the other training photos and the test photos, none of whose "
        "parallel captions is one of a training or validation photo; 'official' are its test photos alone",
        ("large", "official"),
    ),
}


def split_of(
    photos: tuple[Photo, ...], captions: Mapping[str, Mapping[str, Caption]], protocol: str, name: str
) -> Split:
    """One split.

    Args:
        photos: all of them.
        captions: by language and photo id; read for ``large-gallery`` only.
        protocol: one of :data:`PROTOCOLS`.
        name: ``train``, ``val`` or one of the protocol's galleries.

    Raises:
        UsageError: an unknown protocol or split.
    """
    if protocol not in PROTOCOLS:
        raise unknown("multi30k-f8k protocol", protocol, PROTOCOLS)
    names = ("train", "val", *PROTOCOLS[protocol].galleries)
    if name not in names:
        raise unknown(f"split of protocol {protocol!r}", name, names)
    if protocol == "official":
        return _items(name, (photo for photo in photos if photo.split == name))
    training = drawn((photo for photo in photos if photo.split == "train"), TRAINING_PHOTOS)
    if name == "train":
        return _items(name, (photo for photo in photos if photo.id in training))
    if name == "val":
        return _items(name, (photo for photo in photos if photo.split == "val"))
    free = _without_overlap(photos, captions, training)
    return _items(name, (photo for photo in free if name == "large" or photo.split == "test"))


def _items(name: str, photos: Iterable[Photo]) -> Split:
    return Split(name, tuple(photo.item for photo in photos))


def _without_overlap(
    photos: tuple[Photo, ...], captions: Mapping[str, Mapping[str, Caption]], training: frozenset[str]
) -> list[Photo]:
    """Photos outside training and validation that share no parallel caption, in no language, with one inside.

    Captions written from the picture are left aside: short ones are often equal ("a dog runs on the grass") without
    telling a model anything about the photo.
    """
    parallel = {lang: of for lang, of in captions.items() if CAPTIONS[lang] == CAPTIONS[SOURCE]}
    seen = training | {photo.id for photo in photos if photo.split == "val"}
    taken = {
        (lang, normalised(caption.text))
        for lang, of in parallel.items()
        for photo, caption in of.items()
        if photo in seen
    }

    def overlaps(photo: Photo) -> bool:
        return any((lang, normalised(of[photo.id].text)) in taken for lang, of in parallel.items() if photo.id in of)

    return [photo for photo in photos if photo.id not in seen and not overlaps(photo)]


def normalised(text: str) -> str:
    """A caption without case, punctuation and spacing: what makes two captions the same."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(character for character in folded if character.isalnum())
