from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from crossret.errors import DataError
from crossret_emoji.builder.__main__ import main
from crossret_emoji.builder.cldr import Annotation, read_locale
from crossret_emoji.builder.deterministic import write_table, write_zip
from crossret_emoji.builder.sources import Packages, check_integrity, pinned
from crossret_emoji.builder.texts import script, summary, text_rows
from crossret_emoji.concepts import Concept
from crossret_emoji.layout import SHIPPED


@pytest.mark.parametrize("name", ["a.csv", "a.csv.gz"])
def test_tables_have_the_same_bytes_at_any_time(tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    write_table(tmp_path / "1" / name, ("x", "y"), [("é", 'say "hi"')])
    monkeypatch.setattr("time.time", lambda: 2e9)
    write_table(tmp_path / "2" / name, ("x", "y"), [("é", 'say "hi"')])
    assert (tmp_path / "1" / name).read_bytes() == (tmp_path / "2" / name).read_bytes()


def test_zips_do_not_depend_on_the_order(tmp_path: Path) -> None:
    write_zip(tmp_path / "1.zip", {"a": b"1", "b": b"2"})
    write_zip(tmp_path / "2.zip", {"b": b"2", "a": b"1"})
    assert (tmp_path / "1.zip").read_bytes() == (tmp_path / "2.zip").read_bytes()


def test_every_source_is_pinned_by_hash(tmp_path: Path) -> None:
    sources = pinned()
    assert len(sources) == 9
    assert all(source.integrity.startswith("sha512-") for source in sources.values())
    archive = tmp_path / "noto.tgz"
    archive.write_bytes(b"something else")
    with pytest.raises(DataError, match=r"noto\.tgz: found sha512-"):
        check_integrity(archive, sources["@iconify-json/noto"])


def test_a_missing_package_asks_for_the_fetch_step(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="run the step 'fetch' first"):
        read_locale(Packages(tmp_path), "en")


def test_locales_are_cleaned(tmp_path: Path) -> None:
    packages = Packages(tmp_path)
    path = packages.path("cldr-annotations-full", "annotations", "es", "annotations.json")
    path.parent.mkdir(parents=True)
    entries = {
        "❤️": {"tts": ["corazo\u0301n  rojo "], "default": ["amor", " amor", "", "rojo"]},
        "★": {"default": ["x"]},
    }
    path.write_text(json.dumps({"annotations": {"annotations": entries}}), encoding="utf-8")
    assert read_locale(packages, "es") == {
        "❤": Annotation("corazón rojo", ("amor", "rojo")),
        "★": Annotation(None, ("x",)),
    }


def test_text_rows_mark_what_equals_english() -> None:
    concept = Concept("1f355", "🍕", "pizza", "food", "prepared", "train", "test", frozenset())
    rows = text_rows(
        [concept], {"🍕": Annotation("Pizza", ("queso", "slice"))}, {"🍕": Annotation("pizza", ("cheese", "Slice"))}
    )
    assert rows == [
        ("1f355", "name", "", "Pizza", 1),
        ("1f355", "keyword", "0", "queso", 0),
        ("1f355", "keyword", "1", "slice", 1),
    ]
    assert summary(rows) == ("Latin", 1, 1, 2, 1.0, 0.5)


def test_script_is_that_of_most_letters() -> None:
    assert script(["огонь", "DVD"]) == "Cyrillic"
    assert script(["100"]) == ""


def test_the_manifest_step_remakes_documents_and_manifest(linked_copy: Callable[[], Path]) -> None:
    root = linked_copy()
    documents = ("CARD.md", "NOTICE.txt", "LICENSES/Apache-2.0.txt", "manifest.json")
    for path in (root / "CARD.md", root / "NOTICE.txt", root / "manifest.json", *(root / "LICENSES").iterdir()):
        path.unlink()
    done = CliRunner().invoke(main, ["manifest", "--out", str(root)])
    assert done.exit_code == 0, done.output
    assert all((root / name).read_bytes() == (SHIPPED / name).read_bytes() for name in documents)


def test_failures_are_one_line(tmp_path: Path) -> None:
    done = CliRunner().invoke(main, ["manifest", "--out", str(tmp_path)])
    assert done.exit_code == 1
    assert done.output.startswith("Error: languages.csv: missing")
    assert len(done.output.splitlines()) == 1


def test_sheets_show_two_designs(tmp_path: Path) -> None:
    done = CliRunner().invoke(
        main, ["sheets", "--out", str(SHIPPED), "--design", "fxemoji", "--pages", str(tmp_path / "pages")]
    )
    assert done.exit_code == 0, done.output
    assert len(list((tmp_path / "pages").glob("fxemoji-*.png"))) == 5
