from __future__ import annotations

import re
import tracemalloc
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from crossret.bench.checkpoints import Checkpoint
from crossret.errors import DataError, UsageError
from crossret.evaluation.encoding import embed_texts
from crossret.index.asking import StoredIndex
from crossret.index.making import make_index
from crossret.index.manifest import Manifest
from crossret.plugins import registry

from .clusters import oracle
from .conftest import write_tar, write_tars
from .orders import Told, order


def made(model: Checkpoint, tars: Path, out: Path) -> tuple[Manifest, Told]:
    told = Told()
    return make_index(model, tars / "checkpoint", order(tars), out, told.progress), told


def test_shards_that_change_or_break_are_told_and_the_others_kept(
    model: Checkpoint, pictures: Mapping[str, bytes], tmp_path: Path
) -> None:
    out = tmp_path / "out"
    one, two, three = write_tars(tmp_path / "tars", pictures, 3, 5)
    first, told = made(model, tmp_path / "tars", out)
    assert (first.count, told.kept, told.notes) == (15, [False] * 3, [])
    assert (first.kind, first.recall.at, first.recall.queries) == ("flat", {1: 1, 10: 1, 100: 1}, "test captions in es")

    write_tar(one, {"new": {"webp": pictures["1f431"]}, "bad": {"webp": b"?"}})
    three.write_bytes(three.read_bytes()[:2000])
    told = Told()
    with pytest.raises(DataError, match=re.escape(f"{three}: not a whole tar file")) as caught:
        make_index(model, tmp_path, order(tmp_path / "tars"), out, told.progress)
    assert "the other 2 shards are kept" in str(caught.value)
    assert told.notes[0] == "shard-000.tar has changed: it is embedded again"
    assert told.kept == [False, True]

    three.unlink()
    two = two.rename(two.with_name("shard-002.tar"))
    mended, told = made(model, tmp_path / "tars", out)
    assert (mended.count, told.kept) == (6, [True, True])
    assert mended.parts[0].examples == {
        "bad": "not a picture that can be read; expected one of PNG, JPEG, WEBP, GIF, BMP"
    }
    assert len(list((out / "parts").iterdir())) == 6
    index = StoredIndex(out, registry())
    assert [index.id_of(row) for row in range(6)] == ["new", *(f"001-{name}" for name in list(pictures)[5:10])]
    assert index.picture(0).size == (128, 128)
    (hits,) = index.pictures(model, ["gato"], 10)
    assert {hit.shows for hit in hits} == {"shard-000.tar", two.name}
    vectors = np.concatenate([np.load(out / "parts" / f"{part.key}.npy") for part in mended.parts])
    query = embed_texts(model.model, ["gato"], 1, next(model.model.parameters()).device).numpy()
    assert [hit.row for hit in hits] == oracle(vectors, query, 10)[0].tolist()


def test_another_checkpoint_embeds_everything_again_and_may_not_ask(
    model: Checkpoint, pictures: Mapping[str, bytes], tmp_path: Path
) -> None:
    write_tars(tmp_path / "tars", pictures, 2, 3)
    made(model, tmp_path / "tars", tmp_path / "out")
    other = replace(model, model=model.assembly.model(seed=7).eval())
    with pytest.raises(UsageError, match=r"made with checkpoint \w{8} .+, asked with \w{8}; embeddings of two models"):
        StoredIndex(tmp_path / "out", registry()).check_made_by(other)
    _, told = made(other, tmp_path / "tars", tmp_path / "out")
    assert told.kept == [False, False]
    assert told.notes == ["the checkpoint is another one than before: everything is embedded again"]
    StoredIndex(tmp_path / "out", registry()).check_made_by(other)


def test_memory_follows_the_batch_not_the_shard(
    model: Checkpoint, pictures: Mapping[str, bytes], tmp_path: Path
) -> None:
    peaks = []
    for shard, each in (("warm", 100), ("one", 100), ("eight", 800)):
        write_tars(tmp_path / shard, pictures, 1, each)
        tracemalloc.start()
        made(model, tmp_path / shard, tmp_path / f"{shard}-out")
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    # 700 more drawings are 34 MB as pixels of 128 × 128, and 0.1 MB as embeddings with their ids.
    assert peaks[2] - peaks[1] < 2 * 2**20


def test_what_cannot_be_meant_is_refused(model: Checkpoint, pictures: Mapping[str, bytes], tmp_path: Path) -> None:
    (path,) = write_tars(tmp_path / "tars", pictures, 1, 1)
    told = Told().progress
    with pytest.raises(UsageError, match="is tar files"):
        make_index(model, path, replace(order(path), gallery="all"), tmp_path / "out", told)
    with pytest.raises(UsageError, match="unknown dataset 'emoij'; did you mean 'emoji'"):
        make_index(model, path, order("emoij"), tmp_path / "out", told)
    with pytest.raises(UsageError, match="unknown gallery 'twemojis'; did you mean 'twemoji'"):
        make_index(model, path, replace(order("emoji"), gallery="twemojis"), tmp_path / "out", told)
    write_tar(path, {"a": {"txt": b"no picture"}})
    with pytest.raises(DataError, match=r"nothing in it can be embedded; a: no picture; expected \.jpg"):
        make_index(model, path, order(path), tmp_path / "out", told)
