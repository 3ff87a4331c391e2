"""Files that cannot be used as they are."""

from __future__ import annotations

import logging
import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from rule_engine import RuleEngine

from crossret.contracts.translation import Hop
from crossret.errors import CrossretError, DataError
from crossret.recipe.models import TranslatorRecipe
from crossret.translation.cache import file as cache_file_module
from crossret.translation.cache.answers import CachedAnswers
from crossret.translation.cache.contents import contents_of
from crossret.translation.cache.file import FORMAT, opened, opened_for_reading, set_aside

HOP = Hop("rule", "en", "es", "en2es", "1")
TEXTS = [f"text {n:03}" for n in range(200)]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "translations.sqlite"


@pytest.fixture
def answers(tmp_path: Path, path: Path) -> CachedAnswers:
    engine = RuleEngine(str(tmp_path / "calls.tsv"), chunk=10)
    return CachedAnswers(engine, TranslatorRecipe(translator="rule"), path)


def test_a_file_is_begun_with_its_format_and_a_log_that_processes_share(path: Path, answers: CachedAnswers) -> None:
    answers.of(TEXTS, HOP)
    with sqlite3.connect(path) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (FORMAT,)
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_a_file_of_a_newer_version_is_left_alone(path: Path, answers: CachedAnswers) -> None:
    answers.of(["a"], HOP)
    with sqlite3.connect(path) as connection:
        connection.execute(f"PRAGMA user_version = {FORMAT + 1}")
    before = path.read_bytes()
    for use in (lambda: answers.of(["a"], HOP), lambda: opened_for_reading(path).__enter__()):
        with pytest.raises(DataError) as raised:
            use()
        assert str(raised.value) == (
            f"{path}: translations in format {FORMAT + 1}, written by a newer crossret; this one reads format {FORMAT}"
            ". Update crossret, or set CROSSRET_CACHE to another folder"
        )
    assert path.read_bytes() == before


def test_a_database_of_another_program_is_left_alone(path: Path, answers: CachedAnswers) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE theirs(x)")
    with pytest.raises(DataError, match="no cache of translations, but a database of another program"):
        answers.of(["a"], HOP)
    with sqlite3.connect(path) as connection:
        assert [name for (name,) in connection.execute("SELECT name FROM sqlite_master")] == ["theirs"]


def test_a_page_that_is_damaged_is_told(path: Path, answers: CachedAnswers) -> None:
    answers.of(TEXTS, HOP)
    content = bytearray(path.read_bytes())
    content[4096:] = b"\xa5" * (len(content) - 4096)
    path.write_bytes(content)
    with pytest.raises(DataError) as raised:
        answers.of(TEXTS, HOP)
    assert str(raised.value).startswith(f"{path}: damaged cache of translations (")
    assert "'crossret translate cache set-aside' gives it another name" in str(raised.value)


def test_a_file_that_is_set_aside_keeps_all_it_had(path: Path, answers: CachedAnswers) -> None:
    answers.of(TEXTS, HOP)
    aside = set_aside(path)
    assert not path.exists()
    with opened_for_reading(aside) as connection:
        assert connection is not None
        assert contents_of(connection)[0].texts == len(TEXTS)
    with pytest.raises(DataError, match="nothing to set aside"):
        set_aside(path)


def test_a_process_that_holds_the_file_for_too_long_is_told(
    path: Path, answers: CachedAnswers, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers.of(["a"], HOP)
    monkeypatch.setattr(cache_file_module, "PATIENCE_SECONDS", 0.1)
    with sqlite3.connect(path, isolation_level=None) as holder:
        holder.execute("BEGIN IMMEDIATE")
        assert answers.of(["a"], HOP)["a"].text == "a.es"
        with pytest.raises(CrossretError, match="another process has kept it locked"):
            answers.of(["b"], HOP)
        holder.execute("ROLLBACK")


def test_a_file_system_without_shared_memory_serves_with_a_warning(
    path: Path, answers: CachedAnswers, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def without_shared_memory(path: Path) -> sqlite3.Connection:
        return sqlite3.connect(f"{path.as_uri()}?vfs=unix-dotfile", uri=True, isolation_level=None)

    monkeypatch.setattr(cache_file_module, "_connected", without_shared_memory)
    with caplog.at_level(logging.WARNING):
        answers.of(TEXTS, HOP)
        answers.of([*TEXTS, "more"], HOP)
    (record,) = caplog.records
    assert "its file system cannot keep a log that processes share" in record.getMessage()
    assert not path.with_name(f"{path.name}-wal").exists()
    monkeypatch.undo()
    assert answers.of(["more"], HOP)["more"].text == "more.es"


# --- in processes of their own --------------------------------------------------------------------------------------

PROGRAM = """
import os, resource, sys
from pathlib import Path
sys.path.insert(0, {tests!r})
from rule_engine import RuleEngine
from crossret.contracts.translation import Hop
from crossret.errors import CrossretError
from crossret.recipe.models import TranslatorRecipe
from crossret.translation.cache.answers import CachedAnswers

calls, path, what, *texts = sys.argv[1:]
if what == "full":
    resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, 400_000))
if what == "nobody":
    os.setgroups([])
    os.setgid(65534)
    os.setuid(65534)
engine = RuleEngine(calls, chunk=10)
try:
    answers = CachedAnswers(engine, TranslatorRecipe(translator="rule"), Path(path))
    found = answers.of(texts, Hop("rule", "en", "es", "en2es", "1"))
except CrossretError as error:
    print(error)
else:
    print(len(found))
"""


def in_a_process(calls: Path, path: Path, what: str, *texts: str) -> str:
    program = PROGRAM.format(tests=str(Path(__file__).parents[2]))
    done = subprocess.run(
        [sys.executable, "-c", program, str(calls), str(path), what, *texts],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return done.stdout.strip()


def test_a_full_disk_is_told_and_loses_nothing_that_was_kept(
    tmp_path: Path, path: Path, answers: CachedAnswers
) -> None:
    texts = [f"{n:03} {'long ' * 30}" for n in range(200)]
    said = in_a_process(tmp_path / "calls.tsv", path, "full", *texts)
    assert said.startswith(f"{path}: ")
    assert "\n" not in said
    assert "full" in said or "no space" in said
    kept = sum(1 for text in texts if text in _known(path))
    assert 0 < kept < len(texts)
    assert set(answers.of(texts, HOP)) == set(texts)


def _known(path: Path) -> set[str]:
    with opened(path) as connection:
        return {text for (text,) in connection.execute("SELECT asked FROM answer WHERE n = 0")}


@pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="only root can become somebody without rights")
def test_a_cache_that_cannot_be_written_answers_what_it_knows(path: Path, answers: CachedAnswers) -> None:
    answers.of(TEXTS, HOP)
    calls = answers.engine.calls  # type: ignore[attr-defined]
    for folder in (path.parent, *path.parent.parents):
        if folder == Path("/tmp"):
            break
        folder.chmod(0o755)
    assert in_a_process(calls, path, "nobody", *TEXTS) == str(len(TEXTS))
    said = in_a_process(calls, path, "nobody", *TEXTS, "new")
    assert said.startswith(f"{path}: translations cannot be kept there (")
    assert said.endswith("; set CROSSRET_CACHE to a folder that can be written")
    elsewhere = path.with_name("other.sqlite")
    said = in_a_process(calls, elsewhere, "nobody", "new")
    assert said == (
        f"{elsewhere}: translations cannot be kept there (its folder is read-only); "
        "set CROSSRET_CACHE to a folder that can be written"
    )
