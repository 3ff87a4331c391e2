from __future__ import annotations

import pickle
from collections.abc import Callable
from pathlib import Path

import pytest
from tampering import replace_member

from crossret.contracts.data import Item
from crossret.errors import DataError, UsageError
from crossret_emoji.dataset import EmojiDataset
from crossret_emoji.layout import DESIGNS


def test_drawings_are_square_and_rgb(emoji: EmojiDataset) -> None:
    for design in DESIGNS:
        for item in emoji.split("cross-concept", design).items[::40]:
            image = emoji.image(item)
            assert (image.size, image.mode) == ((128, 128), "RGB")
            assert image.getextrema() != ((255, 255),) * 3


def test_unknown_design_is_refused_with_the_nearest(emoji: EmojiDataset) -> None:
    with pytest.raises(UsageError, match="did you mean 'twemoji'"):
        emoji.image(Item("twemojis/1f600", "1f600"))


def test_broken_drawings_name_zip_and_member(linked_copy: Callable[[], Path]) -> None:
    root = linked_copy()
    replace_member(root / "images/noto.zip", "1f600.webp", b"not a picture")
    replace_member(root / "images/twemoji.zip", "1f600.webp", None)
    (root / "images/fxemoji.zip").unlink()
    (root / "images/noto-v1.zip").unlink()
    (root / "images/noto-v1.zip").write_bytes(b"PK")
    data = EmojiDataset(str(root))
    with pytest.raises(DataError, match=r"images/noto\.zip, member 1f600\.webp: cannot be decoded"):
        data.image(Item("noto/1f600", "1f600"))
    with pytest.raises(DataError, match=r"images/twemoji\.zip: found no member 1f600\.webp"):
        data.image(Item("twemoji/1f600", "1f600"))
    with pytest.raises(DataError, match=r"images/fxemoji\.zip: missing"):
        data.image(Item("fxemoji/1f44d", "1f44d"))
    with pytest.raises(DataError, match=r"images/noto-v1\.zip: cannot be opened"):
        data.image(Item("noto-v1/1f600", "1f600"))


def test_a_used_data_set_can_be_pickled(emoji: EmojiDataset) -> None:
    item = emoji.split("cross-design", "twemoji").items[5]
    before = emoji.image(item)
    packed = pickle.dumps(emoji)
    assert len(packed) < 1000
    copy = pickle.loads(packed)
    assert copy.image(item).tobytes() == before.tobytes()
    assert copy.fingerprint() == emoji.fingerprint()
