from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from tampering import change_last_byte, drop_last_row, edit_table, replace_member, truncate

from crossret.contracts.data import Problem
from crossret.errors import DataError
from crossret_emoji.dataset import EmojiDataset
from crossret_emoji.layout import SHIPPED


def shipped_files() -> set[str]:
    return {path.relative_to(SHIPPED).as_posix() for path in SHIPPED.rglob("*") if path.is_file()}


def test_shipped_data_pass(emoji: EmojiDataset) -> None:
    assert list(emoji.verify()) == []


def test_manifest_lists_every_shipped_file() -> None:
    manifest = json.loads((SHIPPED / "manifest.json").read_text(encoding="utf-8"))
    assert set(manifest["files"]) == shipped_files() - {"manifest.json"}
    assert sum(entry["bytes"] for entry in manifest["files"].values()) < 24_000_000
    assert sum(counts["keywords"] for counts in manifest["languages"].values()) == 798_091


@pytest.fixture(scope="module")
def problems(linked_copy: Callable[[], Path]) -> list[Problem]:
    root = linked_copy()
    change_last_byte(root / "NOTICE.txt")
    drop_last_row(root / "languages.csv")
    edit_table(root / "texts/es.csv.gz", "1f600,name", "1ffff,name")
    edit_table(root / "texts/de.csv.gz", "id,kind", "id,sort")
    edit_table(root / "translations.csv.gz", "en,es,", "en,ca,")
    (root / "images/noto.zip").unlink()
    truncate(root / "images/twemoji.zip")
    truncate(root / "texts/fr.csv.gz")
    replace_member(root / "images/fxemoji.zip", "1f44d.webp", None)
    return list(EmojiDataset(str(root)).verify())


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("NOTICE.txt", "found sha256"),
        ("languages.csv", "found 114 rows; expected 115"),
        ("languages.csv", "language zu: found None"),
        ("texts/es.csv.gz", "found concept 1ffff"),
        ("texts/de.csv.gz", "line 1: found columns id,sort"),
        ("translations.csv.gz", "found sha256"),
        ("images/noto.zip", "found no readable file"),
        ("images/twemoji.zip", "cannot be opened"),
        ("images/twemoji.zip", "found 1000 bytes"),
        ("texts/fr.csv.gz", "cannot be read"),
        ("images/fxemoji.zip", "found 644 images; expected 645"),
        ("images/fxemoji.zip", "found no member 1f44d.webp"),
    ],
)
def test_damage_is_reported_with_its_file(problems: list[Problem], name: str, message: str) -> None:
    assert [problem for problem in problems if problem.where == name and problem.message.startswith(message)]


def test_whole_files_are_not_reported(problems: list[Problem]) -> None:
    damaged = {"NOTICE.txt", "languages.csv", "translations.csv.gz"}
    damaged |= {f"texts/{lang}.csv.gz" for lang in ("es", "de", "fr")}
    damaged |= {f"images/{design}.zip" for design in ("noto", "twemoji", "fxemoji")}
    assert {problem.where for problem in problems} == damaged


def test_a_dropped_concept_changes_every_count(linked_copy: Callable[[], Path]) -> None:
    root = linked_copy()
    drop_last_row(root / "concepts.csv")
    found = [problem.message for problem in EmojiDataset(str(root)).verify() if problem.where == "concepts.csv"]
    assert "found 1422 rows; expected 1423" in found
    assert any(message.startswith("protocol cross-design") for message in found)


@pytest.mark.parametrize("content", [None, b"{", b"[]", b'{"version": 99}'])
def test_an_unusable_manifest_is_one_problem(linked_copy: Callable[[], Path], content: bytes | None) -> None:
    root = linked_copy()
    (root / "manifest.json").unlink()
    if content is not None:
        (root / "manifest.json").write_bytes(content)
    data = EmojiDataset(str(root))
    assert [problem.where for problem in data.verify()] == ["manifest.json"]
    with pytest.raises(DataError, match=r"manifest\.json"):
        data.fingerprint()


def test_fingerprint_ignores_documents(linked_copy: Callable[[], Path], emoji: EmojiDataset) -> None:
    root = linked_copy()
    manifest = json.loads((root / "manifest.json").read_text(encoding="utf-8"))
    before = emoji.fingerprint()
    for name, same in (("CARD.md", True), ("texts/es.csv.gz", False)):
        manifest["files"][name]["sha256"] = "0" * 64
        (root / "manifest.json").unlink()
        (root / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
        assert (EmojiDataset(str(root)).fingerprint() == before) is same
