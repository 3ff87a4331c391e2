"""Processes that are killed while they translate, and processes that translate the same at once."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from pathlib import Path

import pytest
from processes import Crossret
from rule_crossret import RuleCrossret
from small_data import Small

from crossret.translation.cache.file import NAME, opened_for_reading

# 24 captions and their 24 translations.
CALLS = 48


@pytest.fixture
def rule(small: Small, tmp_path: Path) -> RuleCrossret:
    return RuleCrossret(Crossret(tmp_path, tmp_path / "cache", small.packages), small.data)


def slowly(rule: RuleCrossret, *words: object) -> list[object]:
    return rule.translation("--option", "seconds=0.1", "--option", "chunk=3", *words)


def kill_after(process: subprocess.Popen[str], rule: RuleCrossret, calls: int) -> None:
    """``kill -9`` in the middle: as soon as so many texts were asked."""
    while len(rule.asked()) < calls:
        assert process.poll() is None, process.communicate()
        time.sleep(0.02)
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()


def kept(rule: RuleCrossret) -> int:
    with opened_for_reading(rule.crossret.cache / NAME) as connection:
        assert connection is not None
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        return int(connection.execute("SELECT count(*) FROM answer WHERE n = 0").fetchone()[0])


def test_a_killed_translation_goes_on_with_only_the_missing_calls(rule: RuleCrossret) -> None:
    kill_after(rule.start(*slowly(rule)), rule, 11)
    before, known = len(rule.asked()), kept(rule)
    assert known % 3 == 0
    assert before - known <= 3
    started = time.monotonic()
    done = rule.translate()
    assert done.code == 0, done.err
    # The claim of the dead process is not waited for.
    assert time.monotonic() - started < 300
    assert len(rule.asked()) - before == CALLS - known
    answered = [(hop, text) for _, hop, text in rule.asked()]
    assert len(set(answered)) == CALLS


def test_two_processes_share_the_work(rule: RuleCrossret, small: Small) -> None:
    started = [rule.start(*slowly(rule, "--out", f"{name}.tsv")) for name in "ab"]
    for process in started:
        _, err = process.communicate(timeout=600)
        assert process.returncode == 0, err
    calls = rule.asked()
    assert len(calls) == len({(hop, text) for _, hop, text in calls}) == CALLS
    first, second = ((rule.crossret.folder / f"{name}.tsv").read_text() for name in "ab")
    assert first == second


@pytest.mark.slow
def test_a_bench_whose_driver_is_killed_while_it_translates_goes_on_there(rule: RuleCrossret, small: Small) -> None:
    def bench(seconds: float) -> list[object]:
        settings = rule.settings(seconds=seconds, chunk=3)
        # A baseline asks with translations and trains nothing.
        asked = ["--set", "evaluation.query=translated"]
        return ["bench", small.suite, "--lang", "es", "--seeds", "1", "--method", "lexical", *settings, *asked]

    kill_after(rule.start(*bench(0.1)), rule, 8)
    before, known = len(rule.asked()), kept(rule)
    assert 0 < known < 24
    done = rule(*bench(0))
    assert done.code == 0, done.err
    assert len(rule.asked()) - before == 24 - known
