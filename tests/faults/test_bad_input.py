"""What a user may get wrong: one clear line, exit code 2 for usage and 1 for failure, no traceback."""

from __future__ import annotations

import textwrap
from pathlib import Path

import numpy as np
import pytest
from processes import Crossret
from small_data import Small, copy_data, read_table, write_table

USAGE: dict[str, tuple[tuple[str, ...], str]] = {
    "suite": (("bench", "emojy"), "unknown suite 'emojy'; did you mean 'emoji'?"),
    "command": (("bnch",), "unknown command 'bnch'; did you mean 'bench'?"),
    "option": (("bench", "--sedes", "3"), "No such option '--sedes'"),
    "method": (("bench", "--method", "nrcr"), "unknown method 'nrcr'; did you mean 'nrccr'?"),
    "language": (("bench", "--lang", "fx"), "unknown test language 'fx'"),
    "component": (
        ("bench", "--set", "model.visual.backbone=hogg"),
        "unknown visual-backbone 'hogg'; did you mean 'hog'?",
    ),
    "loss": (
        ("bench", "--method", "nrccr", "--set", "objective.cycle.loss=triplett"),
        "unknown loss 'triplett'; did you mean 'triplet'?",
    ),
    "key": (("bench", "--set", "training.epohcs=3"), "unknown key 'training.epohcs'; did you mean 'epochs'?"),
    "value": (("bench", "--set", "training.epochs=few"), "training.epochs: "),
    "assignment": (("bench", "--set", "training.epochs"), "expected key=value"),
    "protocol": (("bench", "--set", "data.protocol=cross-desing"), "did you mean 'cross-design'?"),
    "executor": (("bench", "--executor", "ray9"), "unknown executor 'ray9'"),
    "device": (("bench", "--device", "gpu"), "unknown device 'gpu'"),
    "seeds": (("bench", "--seeds", "0"), "--seeds"),
    "kind": (("components", "--kind", "losses"), "unknown kind of component 'losses'; did you mean 'loss'?"),
    "data set": (("data", "show", "emojis"), "unknown dataset 'emojis'; did you mean 'emoji'?"),
    "suite file": (("bench", "nowhere.yaml"), "nowhere.yaml: no such file"),
}


@pytest.mark.parametrize("case", USAGE)
def test_a_wrong_name_or_value_is_told_with_the_nearest_right_one(case: str, crossret: Crossret) -> None:
    words, expected = USAGE[case]
    ended = crossret(*words)
    assert expected in ended.line
    assert ended.code == 2


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("methods: [", "line"),
        ("- a\n- b\n", "expected a mapping"),
        ("extends: emoji\nmethods:\n  mine: {extend: nrccr}\n", "did you mean 'extends'?"),
        ("extends: emoji\nlanguages: []\n", "languages"),
        ("languages: [es]\nmethods:\n  a: {extends: b}\n  b: {extends: a}\n", "in a circle"),
        ("languages: [es]\nmethods:\n  a: {}\n", "nothing to compute"),
    ],
)
def test_a_wrong_suite_file_is_told_with_file_and_place(
    content: str, expected: str, crossret: Crossret, tmp_path: Path
) -> None:
    suite = tmp_path / "mine.yaml"
    suite.write_text(content)
    ended = crossret("bench", suite, "--dry-run")
    assert expected in ended.line
    assert ended.code == 2


@pytest.mark.parametrize("command", ["leaderboard", "ablation", "scores", "search"])
def test_a_folder_without_records_is_told(command: str, crossret: Crossret, tmp_path: Path) -> None:
    words = ("search", "gato", "--lang", "es", "--out", tmp_path) if command == "search" else (command, tmp_path)
    ended = crossret(*words)
    assert f"{tmp_path}: no records here" in ended.line
    assert ended.code == 1


def test_unknown_galleries_metrics_and_formats_are_told(crossret: Crossret, tmp_path: Path, small: Small) -> None:
    out = tmp_path / "out"
    assert crossret("bench", small.suite, "--lang", "es", "--method", "lexical", "--out", out).code == 0
    for option, value, expected in (
        ("--gallery", "tset", "did you mean 'test'?"),
        ("--metric", "sum", "did you mean 'sumr'?"),
        ("--format", "latx", "did you mean 'latex'?"),
        ("--baseline", "lexica", "did you mean 'lexical'?"),
        ("--lang", "fr", "fr"),
    ):
        ended = crossret("leaderboard", out, option, value)
        assert expected in ended.line
        assert ended.code == 2


def broken_data(small: Small, tmp_path: Path, case: str) -> tuple[Path, str]:
    """A copy of the data that is broken in one way, and what must be said of it."""
    data = copy_data(small, tmp_path / "data")
    items, captions = data / "items.csv", data / "captions.csv"
    header, rows = read_table(captions)
    item_header, item_rows = read_table(items)
    if case == "caption without an image":
        write_table(items, item_header, [row for row in item_rows if row[0] != "test-red-circle"])
        return data, "describes 'red-circle', which no item of the split shows"
    if case == "image that does not decode":
        (data / "images" / "test-red-circle.png").write_bytes(b"not a picture")
        return data, "test-red-circle"
    if case == "two captions with one id":
        write_table(captions, header, [*rows, next(row for row in rows if row[2] == "test" and row[3] == "es")])
        return data, "is there twice"
    if case == "two items with one id":
        write_table(items, item_header, [*item_rows, next(row for row in item_rows if row[2] == "test")])
        return data, "is there twice"
    if case == "empty split":
        write_table(items, item_header, [row for row in item_rows if row[2] != "val"])
        return data, "split 'val' of protocol 'plain' has no items"
    if case == "blank caption":
        write_table(captions, header, [(*r[:4], " ") if r[2] == "test" and r[3] == "es" else r for r in rows])
        return data, "is blank"
    if case == "language without test text":
        write_table(captions, header, [row for row in rows if (row[2], row[3]) != ("test", "es")])
        return data, "'es'"
    raise AssertionError(case)


@pytest.mark.parametrize(
    "case",
    [
        "caption without an image",
        "image that does not decode",
        "two captions with one id",
        "two items with one id",
        "empty split",
        "blank caption",
        "language without test text",
    ],
)
def test_broken_data_is_told_in_one_line(case: str, crossret: Crossret, small: Small, tmp_path: Path) -> None:
    data, expected = broken_data(small, tmp_path, case)
    options = ("--lang", "es", "--method", "translate-train", "--set", f"data.options.root={data}")
    ended = crossret("bench", small.suite, *options, "--out", tmp_path / "out")
    assert expected in ended.line
    assert ended.code == 1


@pytest.mark.parametrize(
    ("case", "expected"),
    [("shape", "shape"), ("nan", "finite"), ("missing", "test-"), ("ids", "ids"), ("no file", "no-such.npy")],
)
def test_a_wrong_feature_file_is_told(
    case: str, expected: str, crossret: Crossret, small: Small, tmp_path: Path
) -> None:
    ids = [row[0] for row in read_table(small.data / "items.csv")[1]]
    features = np.random.default_rng(0).standard_normal((len(ids), 8)).astype(np.float32)
    if case == "shape":
        features = features[:, :, None]
    if case == "nan":
        features[3, 2] = np.nan
    if case == "missing":
        ids, features = ids[:-24], features[:-24]
    np.save(tmp_path / "features.npy", features)
    (tmp_path / "features.ids.txt").write_text("\n".join(ids[:-1] if case == "ids" else ids) + "\n")
    path = tmp_path / ("no-such.npy" if case == "no file" else "features.npy")
    suite = tmp_path / "mine.yaml"
    suite.write_text(
        textwrap.dedent(f"""
            extends: {small.suite}
            languages: [es]
            recipe:
              model: {{visual: {{backbone: features, principal_components: null, options: {{path: {path}}}}}}}
        """)
    )
    ended = crossret("bench", suite, "--method", "translate-train", "--out", tmp_path / "out")
    assert expected in ended.line
    assert ended.code == 1


def test_debug_shows_where(crossret: Crossret) -> None:
    ended = crossret("--debug", "bench", "emojy")
    assert "Traceback" in ended.err
    assert ended.err.rstrip().splitlines()[-1].startswith("crossret: unknown suite 'emojy'")
    assert ended.code == 2
