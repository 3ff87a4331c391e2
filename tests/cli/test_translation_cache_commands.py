"""``crossret translate cache``, over what an engine has really translated."""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest
from processes import Crossret, Ended
from rule_engine import asked
from small_data import Small

from crossret.translation.cache.file import NAME

TESTS = Path(__file__).parents[1]


@dataclass(frozen=True)
class Filled:
    """A cache of one test, filled with the shapes' captions in Spanish and their way back."""

    crossret: Crossret
    data: Path

    @property
    def calls(self) -> Path:
        return self.crossret.folder / "calls.tsv"

    def translate(self, *words: object, via: str = "rule", option: str = "", **environment: str) -> Ended:
        given = option or f"calls={self.calls}"
        root = f"data.options.root={self.data}"
        to = ("shapes", "--to", "es", "--back", "--via", via, "--option", given, "--set", root, "--overwrite")
        return self("translate", *to, *words, **environment)

    def cache(self, *words: object, **environment: str) -> Ended:
        return self("translate", "cache", *words, **environment)

    def stats(self, *words: object) -> list[dict[str, object]]:
        (table,) = json.loads(self.cache("stats", "--format", "json", *words).out)["tables"]
        return [dict(zip(table["columns"], [c["value"] for c in row], strict=True)) for row in table["rows"]]

    def __call__(self, *words: object, **environment: str) -> Ended:
        path = os.pathsep.join(filter(None, (str(TESTS), str(self.crossret.packages), os.environ.get("PYTHONPATH"))))
        files = str(TESTS / "rule_engine.py")
        return self.crossret(*words, PYTHONPATH=path, CROSSRET_PLUGIN_FILES=files, **environment)


@pytest.fixture(scope="module")
def first(small: Small, tmp_path_factory: pytest.TempPathFactory) -> Filled:
    folder = tmp_path_factory.mktemp("filled")
    data = shutil.copytree(small.data, folder / "data")
    captions = data / "captions.csv"
    # One caption that no engine could translate.
    captions.write_text(captions.read_text().replace("train,en,red circle", "train,en,red poison"))
    filled = Filled(Crossret(folder, folder / "cache", small.packages), data)
    done = filled.translate()
    assert done.code == 0, done.err
    return filled


@pytest.fixture
def filled(first: Filled, tmp_path: Path) -> Filled:
    folder = shutil.copytree(first.crossret.folder, tmp_path / "copy")
    return Filled(Crossret(folder, folder / "cache", first.crossret.packages), first.data)


def test_stats_say_what_there_is_hop_by_hop(first: Filled) -> None:
    rows = first.stats()
    assert [(r["from"], r["to"], r["version"], r["texts"], r["failed"]) for r in rows] == [
        ("en", "es", "1", 24, 1),
        ("es", "en", "1", 23, 0),
    ]
    assert [r["to"] for r in first.stats("--from", "en")] == ["es"]
    shown = first.cache("stats").out
    assert str(first.crossret.cache / NAME) in shown


def test_a_cache_that_there_is_not_yet_is_told(crossret: Crossret, tmp_path: Path) -> None:
    done = crossret("translate", "cache", "stats", CROSSRET_CACHE=str(tmp_path / "nowhere"))
    assert "does not exist yet: nothing was translated so far" in " ".join(done.out.split())
    assert not (tmp_path / "nowhere").exists()
    line = crossret("translate", "cache", "export", tmp_path / "x.jsonl", CROSSRET_CACHE=str(tmp_path / "nowhere")).line
    assert "does not exist yet: nothing to export" in line


@pytest.mark.parametrize("name", ["out.jsonl", "out.tsv", "out.csv.gz"])
def test_the_translator_file_reads_what_is_exported_as_if_it_were_the_engine(filled: Filled, name: str) -> None:
    path = filled.crossret.folder / name
    done = filled.cache("export", path)
    assert done.code == 0, done.err
    assert "47 texts" in done.err
    outs = [filled.crossret.folder / f"{via}.tsv" for via in ("rule", "file")]
    assert filled.translate("--out", outs[0]).code == 0
    read = filled.translate("--out", outs[1], via="file", option=f"path={path}")
    assert read.code == 0, read.err
    assert outs[0].read_text() == outs[1].read_text()
    assert len(asked(filled.calls)) == 48
    provenance = json.loads((filled.crossret.folder / f"{name}.provenance.json").read_text())
    assert provenance["file"]["rows"] == 47
    (there, back) = provenance["hops"]
    assert (there["source"], there["target"], there["failed"]) == ("en", "es", 1)
    assert there["details"]["licence"] == "CC0-1.0"
    assert there["translator"]["translator"] == "rule"
    assert back["component"].startswith("translator 'rule' of plugin 'rule_engine'")


def test_json_lines_have_scores_and_the_name_of_the_hop(filled: Filled) -> None:
    path = filled.crossret.folder / "out.jsonl"
    assert filled.cache("export", path, "--to", "es").code == 0
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    (name,) = {line["hop"] for line in lines}
    assert name == filled.stats("--to", "es")[0]["hop"]
    assert {line["score"] for line in lines if line["status"] == "ok"} == {-0.5}
    assert "exists; name another file" in filled.cache("export", path).line


def test_two_versions_of_a_hop_are_not_exported_together(filled: Filled) -> None:
    assert filled.translate(RULE_VERSION="2").code == 0
    path = filled.crossret.folder / "out.jsonl"
    line = filled.cache("export", path).line
    assert line.startswith("en → es is there twice, as hop ")
    one = filled.stats("--to", "es")[1]["hop"]
    assert filled.cache("export", path, "--hop", one).code == 0


def test_a_hop_that_there_is_not_is_named(first: Filled) -> None:
    names = ", ".join(str(row["hop"]) for row in first.stats())
    assert first.cache("stats", "--hop", "zz").line == f"no hop 'zz' in the cache; there are: {names}"


def test_failures_are_removed_and_asked_again(filled: Filled) -> None:
    before = len(asked(filled.calls))
    dry = filled.cache("prune", "--failed", "--dry-run", "--format", "md")
    assert "would remove 1 failed texts of 1 hops" in dry.out
    assert filled.stats()[0]["failed"] == 1
    assert "removed 1 failed texts of 1 hops" in filled.cache("prune", "--failed", "--format", "md").out
    assert filled.stats()[0]["failed"] == 0
    assert filled.translate().code == 0
    assert [text for _, _, text in asked(filled.calls)[before:]] == ["red poison"] * 2


def test_versions_that_are_not_installed_any_more_are_stale(filled: Filled) -> None:
    assert "of 0 hops" in filled.cache("prune", "--stale", "--format", "md").out
    assert filled.translate(RULE_VERSION="2").code == 0
    pruned = filled.cache("prune", "--stale", "--format", "md", RULE_VERSION="2").out
    assert "removed 47 texts of 2 hops" in pruned
    assert [row["version"] for row in filled.stats()] == ["2", "2"]


def test_hops_of_an_engine_that_is_not_here_are_kept(filled: Filled) -> None:
    done = filled.crossret("translate", "cache", "prune", "--stale", "--format", "md")
    assert "of 0 hops" in done.out
    assert "kept, as rule cannot be asked: unknown translator 'rule'" in done.out
    assert len(filled.stats()) == 2


def test_nothing_is_removed_that_was_not_asked_for(filled: Filled) -> None:
    assert "say what to remove" in filled.cache("prune").line
    assert "removed 23 texts of 1 hops" in filled.cache("prune", "--from", "es", "--format", "md").out
    assert [row["from"] for row in filled.stats()] == ["en"]


def test_a_damaged_file_is_told_and_set_aside_when_asked(filled: Filled) -> None:
    path = filled.crossret.cache / NAME
    path.write_bytes(b"not a database at all, " * 500)
    for words in (("stats",), ("export", filled.crossret.folder / "x.tsv"), ("prune", "--failed")):
        line = filled.cache(*words).line
        assert line.startswith(f"{path}: damaged cache of translations (file is not a database); ")
        assert "'crossret translate cache set-aside'" in line
    assert filled.translate().line.startswith(f"{path}: damaged cache")
    assert path.exists()
    assert f"{path} is now {NAME}." in filled.cache("set-aside").err
    assert filled.translate().code == 0
    (aside,) = path.parent.glob(f"{NAME}.*-*[0-9]")
    assert aside.read_bytes().startswith(b"not a database")
