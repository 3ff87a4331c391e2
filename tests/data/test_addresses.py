from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import fsspec
import pytest

from crossret.data.addresses import local_copy, local_options
from crossret.errors import DataError, UsageError


@pytest.fixture
def bucket() -> Iterator[str]:
    """A folder in fsspec's own object store."""
    files = fsspec.filesystem("memory")
    files.pipe({"/bucket/photos/captions.tsv": b"a\tb\n", "/bucket/photos/images/1.png": b"picture"})
    yield "memory://bucket/photos"
    files.rm("/bucket", recursive=True)


def test_a_folder_is_copied_once_for_as_long_as_it_is_the_same(isolated_cache: Path, bucket: str) -> None:
    copy = Path(local_copy(bucket))
    assert copy.is_relative_to(isolated_cache)
    found = {path.relative_to(copy).as_posix(): path.read_bytes() for path in copy.rglob("*") if path.is_file()}
    assert found == {"captions.tsv": b"a\tb\n", "images/1.png": b"picture"}
    (copy / "captions.tsv").write_bytes(b"mark")
    assert local_copy(bucket) == str(copy)
    assert (copy / "captions.tsv").read_bytes() == b"mark", "it is not copied again"
    fsspec.filesystem("memory").pipe("/bucket/photos/captions.tsv", b"new\n")
    again = Path(local_copy(bucket))
    assert again != copy
    assert (again / "captions.tsv").read_bytes() == b"new\n"


def test_a_file_keeps_its_name(isolated_cache: Path, bucket: str) -> None:
    copy = Path(local_copy(f"{bucket}/captions.tsv"))
    assert copy.name == "captions.tsv"
    assert copy.read_bytes() == b"a\tb\n"


def test_only_addresses_are_copied(isolated_cache: Path, bucket: str, tmp_path: Path) -> None:
    given = {"root": bucket, "images": "images", "seed": 3, "other": str(tmp_path), "note": "a: //b"}
    found = local_options(given)
    assert found == given | {"root": local_copy(bucket)}
    (tmp_path / "1.txt").write_text("one")
    (name,) = Path(local_options({"root": tmp_path.as_uri()})["root"]).iterdir()
    assert name.name == "1.txt"


@pytest.mark.parametrize(
    ("address", "says"),
    [
        ("memory://bucket/nothing", "no such file or folder"),
        ("nowhere://bucket/photos", "nowhere"),
        ("memory://bucket/phot", "no such file or folder"),
    ],
)
def test_what_cannot_be_read_is_told_with_its_address(
    isolated_cache: Path, bucket: str, address: str, says: str
) -> None:
    with pytest.raises(UsageError, match=f"^{address}: .*{says}"):
        local_copy(address)


def test_a_copy_that_breaks_off_leaves_nothing(
    isolated_cache: Path, bucket: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = fsspec.filesystem("memory")
    copied = files.get_file

    def broken(path: str, *rest: object, **named: object) -> object:
        if path.endswith(".png"):
            raise ConnectionResetError("the line went dead")
        return copied(path, *rest, **named)

    with monkeypatch.context() as patched:
        patched.setattr(type(files), "get_file", staticmethod(broken))
        with pytest.raises(DataError, match=f"^{bucket}: .*the line went dead"):
            local_copy(bucket)
    assert [path for path in (isolated_cache / "copies").iterdir() if path.is_dir()] == []
    assert (Path(local_copy(bucket)) / "images" / "1.png").read_bytes() == b"picture"


def test_a_name_that_leads_out_of_the_folder_is_refused(isolated_cache: Path, bucket: str) -> None:
    fsspec.filesystem("memory").store["/bucket/photos/../../out"] = fsspec.filesystem("memory").store[
        "/bucket/photos/captions.tsv"
    ]
    try:
        with pytest.raises(DataError, match="leads out of the folder"):
            local_copy(bucket)
    finally:
        del fsspec.filesystem("memory").store["/bucket/photos/../../out"]
