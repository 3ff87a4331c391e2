from __future__ import annotations

import subprocess
import time

import pytest

from crossret_translators.apertium.process import run


def test_pipes_of_any_size_do_not_block() -> None:
    records = b"0123456789abcde\0" * 500_000
    assert run("cat | cat", records, 30) == (records, 0, "")


def test_a_dead_stage_shows_in_the_status() -> None:
    outcome = run("cat | (head -c 3; exit 7) | cat", b"abcdef", 30)
    assert outcome.stream == b"abc"
    assert outcome.status == 7


def test_the_last_complaint_is_kept() -> None:
    assert run("echo one >&2; echo two >&2; no-such-program", b"", 30).complaint.endswith("command not found")


def test_the_shell_gets_the_options_and_a_locale() -> None:
    assert run('echo "$1|$2|$LC_ALL"', b"", 30).stream == b"-g||C.UTF-8\n"


@pytest.mark.parametrize("pipeline", ["cat | sleep 987654 | cat", "cat; exec >&-; sleep 987654"])
def test_what_stands_still_is_killed_with_all_its_stages(pipeline: str) -> None:
    started = time.monotonic()
    outcome = run(pipeline, b"abc", 0.5)
    assert outcome.status is None
    assert time.monotonic() - started < 20
    assert not subprocess.run(["pgrep", "-f", "sleep 98765[4]"], capture_output=True, text=True).stdout


def test_what_answers_slowly_is_left_alone() -> None:
    outcome = run("for i in 1 2 3 4 5; do sleep 0.4; echo $i; done", b"", 1.5)
    assert outcome == (b"1\n2\n3\n4\n5\n", 0, "")
