from __future__ import annotations

import pickle
import zipfile
from pathlib import Path

import numpy as np
import pytest
import torch

from crossret.errors import DataError
from crossret.interchange.pickle_machine import StoredTensor
from crossret.interchange.torch_archive import open_archive

from .forged import archive, pickled, save

PLAIN = pickled({"a": 1})


@pytest.mark.parametrize(
    "tensor",
    [
        torch.arange(6.0).reshape(2, 3),
        torch.arange(12).reshape(3, 4)[1:],
        torch.tensor(5),
        torch.empty(0, 3),
        torch.randn(3, dtype=torch.float64),
        torch.randn(3).half(),
        torch.randn(2, 2).bfloat16(),
    ],
)
def test_tensors_come_back(tmp_path: Path, tensor: torch.Tensor) -> None:
    found = open_archive(save(tmp_path, {"w": tensor}))
    stored = found.content["w"]
    assert isinstance(stored, StoredTensor)
    loaded = found.load(stored)
    assert loaded.dtype == tensor.dtype
    assert torch.equal(loaded, tensor)


def test_tensors_of_one_storage(tmp_path: Path) -> None:
    whole = torch.arange(10.0)
    found = open_archive(save(tmp_path, [whole[:4], whole[4:]]))
    assert [found.load(part).tolist() for part in found.content] == [[0, 1, 2, 3], [4, 5, 6, 7, 8, 9]]


def test_a_tensor_tagged_for_a_gpu_is_read_on_the_cpu(tmp_path: Path) -> None:
    path = save(tmp_path, {"w": torch.arange(3.0)})
    with zipfile.ZipFile(path) as file:
        files = {name: file.read(name) for name in file.namelist()}
    with zipfile.ZipFile(path, "w") as file:
        for name, content in files.items():
            swapped = content.replace(b"X\x03\x00\x00\x00cpu", b"X\x06\x00\x00\x00cuda:0")
            file.writestr(name, swapped if name.endswith("data.pkl") else content)
    found = open_archive(path)
    assert found.load(found.content["w"]).tolist() == [0, 1, 2]


def read_whole(path: Path) -> None:
    found = open_archive(path)
    for stored in found.content.values():
        found.load(stored)


def refusal(path: Path) -> str:
    with pytest.raises(DataError) as refused:
        read_whole(path)
    line = str(refused.value)
    assert line.startswith(str(path))
    assert "\n" not in line
    return line


@pytest.mark.parametrize("kept", [0.0, 0.1, 0.5, 0.99])
def test_a_truncated_file(tmp_path: Path, kept: float) -> None:
    path = save(tmp_path, {"w": torch.randn(1000)})
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * kept)])
    assert "not a whole zip file" in refusal(path)


def test_a_flipped_byte(tmp_path: Path) -> None:
    path = save(tmp_path, {"w": torch.ones(1000)})
    content = bytearray(path.read_bytes())
    content[content.index(np.ones(4, np.float32).tobytes()) + 20] ^= 1
    path.write_bytes(content)
    assert "damaged" in refusal(path)


def test_a_file_that_is_much_larger_unpacked(tmp_path: Path) -> None:
    path = archive(tmp_path / "bomb", PLAIN, compress=True, zeros=bytes(10_000_000))
    assert path.stat().st_size < 100_000
    assert "is compressed; torch stores without compression" in refusal(path)


def test_files_that_overlap(tmp_path: Path) -> None:
    """Two entries of the directory point at the same bytes."""
    path = archive(tmp_path / "overlap", PLAIN, first=b"x" * 5000, other=b"x" * 5000)
    with zipfile.ZipFile(path) as file:
        first, other = (file.getinfo(f"archive/data/{name}") for name in ("first", "other"))
        directory = path.read_bytes()[file.start_dir :]
        start = first.header_offset
    entry = directory.index(b"archive/data/other") - 46 + 42
    moved = directory[:entry] + start.to_bytes(4, "little") + directory[entry + 4 :]
    body = path.read_bytes()[: other.header_offset]
    end = moved.rindex(b"PK\x05\x06")
    moved = moved[: end + 16] + len(body).to_bytes(4, "little") + moved[end + 20 :]
    path.write_bytes(body + moved)
    assert "overlap" in refusal(path)


def test_a_file_that_stands_twice(tmp_path: Path) -> None:
    path = archive(tmp_path / "twice", PLAIN)
    with zipfile.ZipFile(path, "a") as file, pytest.warns(UserWarning, match="Duplicate"):
        file.writestr("archive/data.pkl", pickled({"a": 2}))
    assert "stands twice inside: 'archive/data.pkl'" in refusal(path)


def test_other_files(tmp_path: Path) -> None:
    old = tmp_path / "old"
    torch.save({"w": torch.ones(2)}, old, _use_new_zipfile_serialization=False)
    assert "not a whole zip file as torch 1.6 and later writes it" in refusal(old)
    bare = tmp_path / "bare"
    bare.write_bytes(pickle.dumps({"a": 1}))
    assert "not a whole zip file" in refusal(bare)
    without = tmp_path / "without"
    with zipfile.ZipFile(without, "w") as file:
        file.writestr("notes.txt", "hello")
    assert "no data.pkl inside" in refusal(without)


def test_numbers_that_are_missing_or_too_few(tmp_path: Path) -> None:
    path = save(tmp_path, {"w": torch.ones(7)})
    with zipfile.ZipFile(path) as file:
        files = {name: file.read(name) for name in file.namelist()}
    (numbers,) = (name for name in files if name.endswith("/data/0"))
    for changed, said in (
        ({}, "is missing, which holds 7 numbers"),
        ({numbers: b"\0" * 8}, "has 8 bytes; expected 28"),
    ):
        with zipfile.ZipFile(path, "w") as file:
            for name, content in ({n: c for n, c in files.items() if n != numbers} | changed).items():
                file.writestr(name, content)
        assert said in refusal(path)


def test_a_tensor_larger_than_its_storage_or_with_repeated_rows(tmp_path: Path) -> None:
    assert "with strides (0, 1); expected row after row" in refusal(save(tmp_path, {"w": torch.ones(3).expand(9, 3)}))
    path = save(tmp_path, {"w": torch.ones(7)}, "other")
    with zipfile.ZipFile(path) as file:
        files = {name: file.read(name) for name in file.namelist()}
    with zipfile.ZipFile(path, "w") as file:
        for name, content in files.items():
            # The shape is the number behind the offset 0.
            larger = content.replace(b"K\x00K\x07\x85", b"K\x00K\x09\x85")
            file.writestr(name, larger if name.endswith("data.pkl") else content)
    assert "a tensor of shape (9,) in a storage of 7 numbers" in refusal(path)
