"""``crossret translate cache``, over what an engine has really translated."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from processes import Crossret
from rule_crossret import RuleCrossret
from small_data import Small

from crossret.translation.cache.file import NAME


def stats(filled: RuleCrossret, *words: object) -> list[dict[str, object]]:
    (table,) = json.loads(filled.cache("stats", "--format", "json", *words).out)["tables"]
    return [dict(zip(table["columns"], [c["value"] for c in row], strict=True)) for row in table["rows"]]


@pytest.fixture(scope="module")
def first(small: Small, tmp_path_factory: pytest.TempPathFactory) -> RuleCrossret:
    folder = tmp_path_factory.mktemp("filled")
    data = shutil.copytree(small.data, folder / "data")
    captions = data / "captions.csv"
    # One caption that no engine could translate.
    captions.write_text(captions.read_text().replace("train,en,red circle", "train,en,red poison"))
    filled = RuleCrossret(Crossret(folder, folder / "cache", small.packages), data)
    done = filled.translate()
    assert done.code == 0, done.err
    return filled


@pytest.fixture
def filled(first: RuleCrossret, tmp_path: Path) -> RuleCrossret:
    folder = shutil.copytree(first.crossret.folder, tmp_path / "copy")
    return RuleCrossret(Crossret(folder, folder / "cache", first.crossret.packages), first.data)


def test_stats_say_what_there_is_hop_by_hop(first: RuleCrossret) -> None:
    rows = stats(first)
    assert [(r["from"], r["to"], r["version"], r["texts"], r["failed"]) for r in rows] == [
        ("en", "es", "1", 24, 1),
        ("es", "en", "1", 23, 0),
    ]
    assert [r["to"] for r in stats(first, "--from", "en")] == ["es"]
    shown = first.cache("stats").out
    assert str(first.crossret.cache / NAME) in shown


def test_a_cache_that_there_is_not_yet_is_told(crossret: Crossret, tmp_path: Path) -> None:
    done = crossret("translate", "cache", "stats", CROSSRET_CACHE=str(tmp_path / "nowhere"))
    assert "does not exist yet: nothing was translated so far" in " ".join(done.out.split())
    assert not (tmp_path / "nowhere").exists()
    line = crossret("translate", "cache", "export", tmp_path / "x.jsonl", CROSSRET_CACHE=str(tmp_path / "nowhere")).line
    assert "does not exist yet: nothing to export" in line


@pytest.mark.parametrize("name", ["out.jsonl", "out.tsv", "out.csv.gz"])
def test_the_translator_file_reads_what_is_exported_as_if_it_were_the_engine(filled: RuleCrossret, name: str) -> None:
    path = filled.crossret.folder / name
    done = filled.cache("export", path)
    assert done.code == 0, done.err
    assert "47 texts" in done.err
    outs = [filled.crossret.folder / f"{via}.tsv" for via in ("rule", "file")]
    assert filled.translate("--out", outs[0]).code == 0
    read = filled.translate("--out", outs[1], via="file", option=f"path={path}")
    assert read.code == 0, read.err
    assert outs[0].read_text() == outs[1].read_text()
    assert len(filled.asked()) == 48
    provenance = json.loads((filled.crossret.folder / f"{name}.provenance.json").read_text())
    assert provenance["file"]["rows"] == 47
    (there, back) = provenance["hops"]
    assert (there["source"], there["target"], there["failed"]) == ("en", "es", 1)
    assert there["details"]["licence"] == "CC0-1.0"
    assert there["translator"]["translator"] == "rule"
    assert back["component"].startswith("translator 'rule' of plugin 'rule_engine'")


def test_json_lines_have_scores_and_the_name_of_the_hop(filled: RuleCrossret) -> None:
    path = filled.crossret.folder / "out.jsonl"
    assert filled.cache("export", path, "--to", "es").code == 0
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    (name,) = {line["hop"] for line in lines}
    assert name == stats(filled, "--to", "es")[0]["hop"]
    assert {line["score"] for line in lines if line["status"] == "ok"} == {-0.5}
    assert "exists; name another file" in filled.cache("export", path).line


def test_two_versions_of_a_hop_are_not_exported_together(filled: RuleCrossret) -> None:
    assert filled.translate(RULE_VERSION="2").code == 0
    path = filled.crossret.folder / "out.jsonl"
    line = filled.cache("export", path).line
    assert line.startswith("en → es is there twice, as hop ")
    one = stats(filled, "--to", "es")[1]["hop"]
    assert filled.cache("export", path, "--hop", one).code == 0


def test_a_hop_that_there_is_not_is_named(first: RuleCrossret) -> None:
    names = ", ".join(str(row["hop"]) for row in stats(first))
    assert first.cache("stats", "--hop", "zz").line == f"no hop 'zz' in the cache; there are: {names}"


def test_failures_are_removed_and_asked_again(filled: RuleCrossret) -> None:
    before = len(filled.asked())
    dry = filled.cache("prune", "--failed", "--dry-run", "--format", "md")
    assert "would remove 1 failed texts of 1 hops" in dry.out
    assert stats(filled)[0]["failed"] == 1
    assert "removed 1 failed texts of 1 hops" in filled.cache("prune", "--failed", "--format", "md").out
    assert stats(filled)[0]["failed"] == 0
    assert filled.translate().code == 0
    assert [text for _, _, text in filled.asked()[before:]] == ["red poison"] * 2


def test_versions_that_are_not_installed_any_more_are_stale(filled: RuleCrossret) -> None:
    assert "of 0 hops" in filled.cache("prune", "--stale", "--format", "md").out
    assert filled.translate(RULE_VERSION="2").code == 0
    pruned = filled.cache("prune", "--stale", "--format", "md", RULE_VERSION="2").out
    assert "removed 47 texts of 2 hops" in pruned
    assert [row["version"] for row in stats(filled)] == ["2", "2"]


def test_hops_of_an_engine_that_is_not_here_are_kept(filled: RuleCrossret) -> None:
    done = filled.crossret("translate", "cache", "prune", "--stale", "--format", "md")
    assert "of 0 hops" in done.out
    assert "kept, as rule cannot be asked: unknown translator 'rule'" in done.out
    assert len(stats(filled)) == 2


def test_nothing_is_removed_that_was_not_asked_for(filled: RuleCrossret) -> None:
    assert "say what to remove" in filled.cache("prune").line
    assert "removed 23 texts of 1 hops" in filled.cache("prune", "--from", "es", "--format", "md").out
    assert [row["from"] for row in stats(filled)] == ["en"]


def test_a_damaged_file_is_told_and_set_aside_when_asked(filled: RuleCrossret) -> None:
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
