from __future__ import annotations

import io
import tarfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from crossret.data.visual_inputs import VisualInputs
from crossret.errors import DataError
from crossret.index.tar_shards import TarShard, tar_corpus
from crossret.plugins import registry
from crossret_emoji.dataset import EmojiDataset

from .conftest import write_tar, write_tars


@pytest.fixture(scope="module")
def visual() -> VisualInputs:
    return VisualInputs(EmojiDataset(), registry().build("visual-backbone", "hog"), 1)


def read(path: Path, visual: VisualInputs, size: int = 4) -> tuple[list[str], dict[str, str], list[np.ndarray]]:
    skipped: dict[str, str] = {}
    batches = list(TarShard(path).batches(visual, size, skipped.__setitem__))
    assert all(len(batch.ids) == len(batch.inputs) <= size for batch in batches)
    return [name for batch in batches for name in batch.ids], skipped, [batch.inputs for batch in batches]


def png(width: int, height: int) -> bytes:
    file = io.BytesIO()
    Image.new("1", (width, height)).save(file, "PNG")
    return file.getvalue()


def test_a_shard_gives_what_the_data_set_gives(
    pictures: Mapping[str, bytes], visual: VisualInputs, tmp_path: Path
) -> None:
    (path,) = write_tars(tmp_path / "tars", pictures, 1, 10)
    names, skipped, inputs = read(path, visual)
    assert names == [f"000-{name}" for name in list(pictures)[:10]]
    assert skipped == {}
    alone = visual.of_picture(Image.open(io.BytesIO(pictures[list(pictures)[7]])).convert("RGB"))
    np.testing.assert_array_equal(np.concatenate(inputs)[7:8], alone)


def test_what_is_no_picture_is_left_out_and_named(
    pictures: Mapping[str, bytes], visual: VisualInputs, tmp_path: Path
) -> None:
    good = {"webp": pictures["1f431"], "txt": b"a cat"}
    samples = {
        "a": good,
        "b": {"png": b"not a picture"},
        "c": {"webp": pictures["1f431"][:300]},
        "d": {"txt": b"a text alone"},
        "e": {"png": png(20_000, 20_000)},
        "f": {"PNG": png(8, 8)},
    }
    write_tar(tmp_path / "one.tar", samples)
    names, skipped, _ = read(tmp_path / "one.tar", visual)
    assert names == ["a", "f"]
    assert list(skipped) == ["b", "c", "d", "e"]
    assert skipped["d"].startswith("no picture; expected .jpg, ")
    assert "400000000" in skipped["e"] or "pixels" in skipped["e"]


@pytest.mark.parametrize("where", ["inside", "between"])
def test_a_shard_that_is_cut_off_is_damaged(
    where: str, pictures: Mapping[str, bytes], visual: VisualInputs, tmp_path: Path
) -> None:
    (path,) = write_tars(tmp_path / "tars", pictures, 1, 10)
    with tarfile.open(path) as tar:
        member = tar.getmembers()[6]
    content = path.read_bytes()
    path.write_bytes(content[: member.offset if where == "between" else member.offset_data + 100])
    with pytest.raises(DataError, match=r"shard-000\.tar: not a whole tar file "):
        read(path, visual)


def test_damage_in_the_middle_is_told(pictures: Mapping[str, bytes], visual: VisualInputs, tmp_path: Path) -> None:
    (path,) = write_tars(tmp_path / "tars", pictures, 1, 10)
    with tarfile.open(path) as tar:
        member = tar.getmembers()[6]
    content = bytearray(path.read_bytes())
    content[member.offset : member.offset + 512] = b"\xff" * 512
    path.write_bytes(content)
    with pytest.raises(
        DataError, match=rf"shard-000\.tar: not a whole tar file \(damaged or cut off at byte {member.offset:,}\)"
    ):
        read(path, visual)


def test_a_pattern_means_every_file_and_a_folder_all_in_it(pictures: Mapping[str, bytes], tmp_path: Path) -> None:
    folder = tmp_path / "tars"
    paths = write_tars(folder, pictures, 3, 1)
    for place in (folder, folder / "shard-{000..002}.tar"):
        corpus = tar_corpus(str(place))
        assert corpus is not None
        assert [shard.name for shard in corpus.shards] == [path.name for path in paths]
    assert tar_corpus("emoji") is None
    with pytest.raises(DataError, match=r"shard-003\.tar: no such file, and 6 more of "):
        tar_corpus(str(folder / "shard-{000..009}.tar"))
    with pytest.raises(DataError, match=r"no \.tar file here"):
        tar_corpus(str(tmp_path))
