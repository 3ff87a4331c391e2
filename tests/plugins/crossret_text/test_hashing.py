from __future__ import annotations

import struct
import subprocess
import sys

from crossret_text.hashing import packed_ids, subwords


def test_subwords_are_marked_grams_and_the_word() -> None:
    assert subwords("cats") == (
        *("<c", "ca", "at", "ts", "s>"),
        *("<ca", "cat", "ats", "ts>"),
        *("<cat", "cats", "ats>"),
        *("<cats", "cats>"),
        "<cats>",
    )


def test_short_word_is_not_counted_twice() -> None:
    assert subwords("我") == ("<我", "我>", "<我>")


def test_words_with_a_common_stem_share_ids() -> None:
    smile, smiling, dog = (
        set(struct.unpack(f"={len(packed) // 4}i", packed))
        for packed in (packed_ids(word, 2**20) for word in ("smile", "smiling", "dog"))
    )
    assert len(smile & smiling) >= 8
    assert not smile & dog


def test_ids_are_the_same_in_another_process() -> None:
    code = "from crossret_text.hashing import packed_ids; print(packed_ids('चेहरा', 16384).hex())"
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env={"PYTHONHASHSEED": "7"}
    )
    assert result.stdout.strip() == packed_ids("चेहरा", 16384).hex()


def test_ids_fill_the_buckets_evenly() -> None:
    ids = [packed_ids(f"{a}{b}{c}", 64) for a in "abcdefgh" for b in "ijklmnop" for c in "qrstuvwx"]
    words = [struct.unpack("=i", packed[-4:])[0] for packed in ids]
    counts = [words.count(bucket) for bucket in range(64)]
    assert min(counts) > 0
    assert max(counts) < 3 * len(words) / 64
