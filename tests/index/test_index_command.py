from __future__ import annotations

import json
import os
import signal
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from processes import Crossret, Ended

from crossret.bench.checkpoints import Checkpoint
from crossret.errors import DataError
from crossret.index.asking import StoredIndex
from crossret.index.making import make_index
from crossret.plugins import registry

from .conftest import write_tars
from .orders import Told, order

SHARDS = 24
EACH = 60


def table(ended: Ended) -> list[dict[str, str]]:
    assert ended.code == 0, ended.err
    found = json.loads(ended.out)["tables"][0]
    return [{c: cell["text"] for c, cell in zip(found["columns"], row, strict=True)} for row in found["rows"]]


def manifest_of(folder: Path) -> dict[str, Any]:
    read: dict[str, Any] = json.loads((folder / "manifest.json").read_text())
    return read


def embeddings(folder: Path) -> np.ndarray:
    parts = manifest_of(folder)["parts"]
    return np.concatenate([np.load(folder / "parts" / f"{part['key']}.npy") for part in parts])


@pytest.fixture(scope="module")
def indexed(crossret: Crossret, checkpoint: Path, small: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The gallery that the checkpoint was trained for."""
    out = tmp_path_factory.mktemp("gallery-index")
    words = ("--data-option", f"root={small.data}", "--format", "json", "--out", out)
    (row,) = table(crossret("index", checkpoint, "shapes", *words))
    assert (row["kind"], row["vectors"], row["recall@10"]) == ("flat", "24", "1.000")
    assert manifest_of(out)["recall"]["queries"] == "test captions in es"
    return out


def test_searching_in_an_index_finds_what_searching_without_finds(
    crossret: Crossret, checkpoint: Path, indexed: Path
) -> None:
    asked = ("aro azul", "--top", 24, "--format", "json")
    rows = table(crossret("search", *asked, "--index", indexed))
    assert rows == table(crossret("search", *asked, "--checkpoint", checkpoint, "--lang", "es"))
    assert rows[0]["item"] == "test-blue-circle"


def test_killed_while_it_embeds_it_goes_on_with_the_first_shard_that_is_missing(
    crossret: Crossret, checkpoint: Path, model: Checkpoint, pictures: Mapping[str, bytes], tmp_path: Path
) -> None:
    write_tars(tmp_path / "tars", pictures, SHARDS, EACH)
    words = ("index", checkpoint, tmp_path / "tars", "--format", "json", "--out")
    process = crossret.start(*words, tmp_path / "killed")
    assert process.stderr is not None
    for line in process.stderr:
        if line.startswith("3 of "):
            os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    done = {path.name: path.stat().st_mtime_ns for path in (tmp_path / "killed" / "parts").glob("*.json")}
    assert 3 <= len(done) < SHARDS
    assert not (tmp_path / "killed" / "manifest.json").exists()

    again = crossret(*words, tmp_path / "killed")
    assert again.err.count(" kept") == len(done)
    assert again.err.count(" embedded") == SHARDS - len(done)
    after = {path.name: path.stat().st_mtime_ns for path in (tmp_path / "killed" / "parts").glob("*.json")}
    assert done.items() <= after.items()
    assert not [path for path in (tmp_path / "killed").rglob(".*") if path.name != ".crossret.lock"]
    make_index(model, checkpoint, order(tmp_path / "tars"), tmp_path / "whole", Told().progress)
    np.testing.assert_allclose(embeddings(tmp_path / "killed"), embeddings(tmp_path / "whole"), atol=1e-6)


def test_damage_is_one_line(indexed: Path, tmp_path: Path) -> None:
    file = indexed / "faiss" / manifest_of(indexed)["files"][0]["file"]
    content = file.read_bytes()
    try:
        file.write_bytes(content[:500])
        with pytest.raises(DataError, match=rf"{file.name}: 500 bytes, expected {len(content):,}; the same crossret"):
            StoredIndex(indexed, registry())
        file.write_bytes(bytes(len(content)))
        with pytest.raises(DataError, match=rf"{file.name}: not a FAISS index that can be read"):
            StoredIndex(indexed, registry())
        file.unlink()
        with pytest.raises(DataError, match=rf"{file.name}: missing"):
            StoredIndex(indexed, registry())
    finally:
        file.write_bytes(content)
    with pytest.raises(DataError, match=r"no index here \(expected manifest\.json\)"):
        StoredIndex(tmp_path, registry())
    (tmp_path / "manifest.json").write_text('{"kind": "flat"}')
    with pytest.raises(DataError, match=r"manifest\.json: model: Field required"):
        StoredIndex(tmp_path, registry())
