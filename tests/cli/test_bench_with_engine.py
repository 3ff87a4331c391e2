"""A recipe that names an engine: what is missing is translated once, before the jobs start."""

from __future__ import annotations

from pathlib import Path

import pytest
from processes import Crossret
from rule_crossret import RuleCrossret
from small_data import Small

from crossret.translation.cache.file import NAME

# Captions of training, their way back, and captions of the only gallery; shapes have the same texts in every split.
TEXTS = 24


@pytest.fixture(scope="module")
def rule(small: Small, crossret: Crossret, tmp_path_factory: pytest.TempPathFactory) -> RuleCrossret:
    folder = tmp_path_factory.mktemp("engine")
    return RuleCrossret(Crossret(folder, folder / "cache", small.packages), small.data)


def bench(rule: RuleCrossret, small: Small, *words: object) -> list[object]:
    return ["bench", small.suite, "--lang", "es", "--seeds", "1", *rule.settings(), *words]


@pytest.fixture(scope="module")
def done(rule: RuleCrossret, small: Small) -> str:
    """What a bench says on stderr."""
    dry = rule(*bench(rule, small, "--method", "all-terms-fused", "--dry-run"))
    assert dry.code == 0, dry.err
    assert not (rule.crossret.cache / NAME).exists()
    assert rule.asked() == []
    said = " ".join(dry.out.split())
    # Back-translations and queries: of the former it is not known yet which texts these will be.
    assert f"en → es (rule) {TEXTS} ?" in said
    assert f"es → en (rule) {2 * TEXTS} ?" in said
    assert f"{3 * TEXTS} texts are translated once, before the jobs start" in said
    ended = rule(*bench(rule, small, "--method", "all-terms-fused"))
    assert ended.code == 0, ended.err
    return ended.err


def test_the_driver_translates_everything_once_and_jobs_read_the_cache(done: str, rule: RuleCrossret) -> None:
    assert f"translating first: en → es (rule): {TEXTS} of {TEXTS}" in done
    calls = rule.asked()
    assert len({process for process, _, _ in calls}) == 1
    pairs = [(hop, text) for _, hop, text in calls]
    assert len(pairs) == len(set(pairs)) == 3 * TEXTS


def test_a_second_seed_asks_nothing(done: str, rule: RuleCrossret, small: Small) -> None:
    before = len(rule.asked())
    dry = rule("bench", small.suite, "--lang", "es", "--seeds", "2", *rule.settings(), "--dry-run")
    assert dry.code == 0, dry.err
    assert "translated once" not in dry.out
    assert len(rule.asked()) == before


def test_search_with_a_translated_query_asks_the_engine_once(done: str, rule: RuleCrossret) -> None:
    before = len(rule.asked())
    for _ in range(2):
        found = rule("search", "una caja", "--lang", "es", "--query", "translated", "--top", "1")
        assert found.code == 0, found.err
        assert "asked as: una.en caja.en" in found.out
    assert [text for _, _, text in rule.asked()[before:]] == ["una caja"]


@pytest.mark.slow
def test_train_translates_first_too(done: str, rule: RuleCrossret, small: Small) -> None:
    before = len(rule.asked())
    words = ["train", "translate-train", "--suite", small.suite, "--lang", "es", *rule.settings()]
    ended = rule(*words, RULE_VERSION="2")
    assert ended.code == 0, ended.err
    assert f"translating first: en → es (rule): {TEXTS} of {TEXTS}" in ended.err
    assert len(rule.asked()) == before + TEXTS


@pytest.mark.slow
def test_what_cannot_be_translated_is_told_and_stops_nothing_else(
    rule: RuleCrossret, small: Small, tmp_path: Path
) -> None:
    # The file that calls are written to is a folder: the engine breaks at its first call.
    broken = rule.settings(calls=tmp_path, chunk=3)
    ended = rule(
        "bench", small.suite, "--lang", "es", "--seeds", "1", "--method", "translate-train,lexical", *broken,
        "--out", tmp_path / "runs", RULE_VERSION="broken",
    )  # fmt: skip
    assert ended.code == 1
    assert "translating captions for es: translator 'rule' of plugin 'rule_engine'" in ended.err
    assert "IsADirectoryError" in ended.line
    assert "failed: translate-train" in ended.err
    assert len([*(tmp_path / "runs" / "records").rglob("*.json")]) == 1
