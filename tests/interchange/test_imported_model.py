"""An imported model is a model like any other: the commands evaluate it and search with it."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from parity.small_model import write_tokenizer

from crossret.cli import cli

from .forged import content, save

CLIPS = 6


def run(*words: object) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main([*map(str, words)], prog_name="crossret")
    assert ended.value.code == 0


def write_data(root: Path) -> None:
    """Test captions of six clips in the authors' layout, and features of one to three frames."""
    texts = root / "vatex" / "TextData"
    texts.mkdir(parents=True)
    for tag, name in (("zh", "vatextest_zh"), ("zh2enc", "vatextest_google_zh2enc")):
        lines = [f"c{n}#{tag}#0 {n + 1} {2 * n + 3} {29 - n}" for n in range(CLIPS)]
        (texts / f"{name}.caption.txt").write_text("\n".join(lines))
    folder = root / "vatex" / "FeatureData" / "i3d"
    folder.mkdir(parents=True)
    names = {f"c{n}": [f"c{n}_{frame}" for frame in range(1 + n % 3)] for n in range(CLIPS)}
    rows = np.random.default_rng(0).normal(size=(sum(map(len, names.values())), 5)).astype(np.float32)
    (folder / "feature.bin").write_bytes(rows.tobytes())
    (folder / "id.txt").write_text(" ".join(name for found in names.values() for name in found))
    (folder / "shape.txt").write_text(f"{len(rows)} 5")
    (folder / "video2frames.txt").write_text(repr(names))


def test_import_evaluate_search(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_data(tmp_path / "data")
    write_tokenizer(tmp_path / "tokenizer")
    path = save(tmp_path, content())
    out = tmp_path / "imported"
    run("import-nrccr", path, out, "--root", tmp_path / "data", "--tokenizer", tmp_path / "tokenizer")
    said = capsys.readouterr()
    assert said.out.strip() == str(out)
    assert "nrccr-vatex, standard, zh: epoch 3, best validation 99.5, visual inputs nrccr-bigfile" in said.err

    run("evaluate", out, "--lang", "zh", "--query", "fused", "--device", "cpu", "--format", "json")
    (table,) = json.loads(capsys.readouterr().out)["tables"]
    assert [row[2]["text"] for row in table["rows"]] == [str(CLIPS), str(CLIPS)]

    run("search", "3 7 20", "--lang", "zh", "--checkpoint", out, "--top", "2", "--device", "cpu", "--format", "json")
    (hits,) = json.loads(capsys.readouterr().out)["tables"]
    assert len(hits["rows"]) == 2


def test_a_file_that_is_refused_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "model_best.pth.tar"
    path.write_bytes(b"PK\x03\x04 not much")
    with pytest.raises(SystemExit) as ended:
        cli.main(["import-nrccr", str(path), str(tmp_path / "out")], prog_name="crossret")
    assert ended.value.code == 1
    line = capsys.readouterr().err.strip()
    assert line.startswith(f"crossret: {path}: not a whole zip file")
    assert "\n" not in line
