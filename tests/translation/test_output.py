from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crossret.contracts.data import Caption
from crossret.contracts.translation import Hop, Route, Translation
from crossret.errors import UsageError
from crossret.translation.output import Output
from crossret.translation.parts import Part
from crossret.translation.provenance import Origin, provenance_file
from crossret.translation.text_table import TextRow, table_of, write_rows
from crossret_translators.file import FileTranslator

ROUTE = Route((Hop("good", "en", "es", "eng-spa", "1"), Hop("bad", "es", "xx", "spa-xxx", "2")))
ORIGIN = Origin(
    {"name": "tiny"}, {"name": "good"}, {"crossret": "0"}, {"en → es": {"data": "x"}}, "crossret translate tiny"
)
TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=("Cs",)), min_size=1).filter(lambda text: text.strip())


def part(*answered: tuple[str, Translation]) -> Part:
    captions = tuple(Caption(f"c{n}", f"s{n}", "en", text) for n, (text, _) in enumerate(answered))
    return Part("source captions", ROUTE, captions, tuple(answer for _, answer in answered), 2.0)


@pytest.mark.parametrize("suffix", [".csv", ".csv.gz", ".tsv", ".tsv.gz", ".jsonl", ".jsonl.gz"])
def test_the_file_translator_reads_what_was_written(suffix: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    @settings(deadline=None, max_examples=40)
    @given(st.dictionaries(TEXTS, st.tuples(TEXTS, st.integers(0, 9)), min_size=1))
    def check(texts: dict[str, tuple[str, int]]) -> None:
        path = tmp_path_factory.mktemp("out") / f"t{suffix}"
        answered = [
            (text, Translation(answer, "ok", count, unknown_words=("ladder", "cerro")[:count]))
            for text, (answer, count) in texts.items()
        ]
        write_rows(path, table_of([part(*answered, ("no luck\n", Translation("", "failed")))]).rows)
        read = FileTranslator(str(path))
        (route,) = read.routes("en", "xx")
        assert read.translate(list(texts), route) == [answer for _, answer in answered]
        assert read.translate(["no luck\n"], route)[0].status == "failed"

    check()


def test_equal_rows_give_equal_bytes(tmp_path: Path) -> None:
    rows = [TextRow("en", "xx", "a", "b", "ok", 0, "")]
    write_rows(tmp_path / "a.csv.gz", rows)
    write_rows(tmp_path / "b.csv.gz", rows)
    assert (tmp_path / "a.csv.gz").read_bytes() == (tmp_path / "b.csv.gz").read_bytes()


def test_of_two_answers_to_one_text_the_first_counts_and_the_other_is_counted() -> None:
    first, other = Translation("x", "ok"), Translation("y", "ok")
    table = table_of([part(("a", first), ("a", other), ("a", first), ("b", other))])
    assert table.rows == (TextRow("en", "xx", "a", "x", "ok", 0, ""), TextRow("en", "xx", "b", "y", "ok", 0, ""))
    assert table.differing == 1


def test_provenance_names_route_counts_and_hash_of_the_file(tmp_path: Path) -> None:
    output = Output(tmp_path / "new" / "t.csv")
    output.check()
    answers = [("a", Translation("x", "ok", 2)), ("b", Translation("b", "copied")), ("c", Translation("", "failed"))]
    output.write([part(*answers)], ORIGIN)
    told = json.loads(provenance_file(output.path).read_text())
    assert told["sample_creation"] == "machine-translated"
    assert told["file"]["sha256"] == hashlib.sha256(output.path.read_bytes()).hexdigest()
    assert told["file"]["rows"] == 3
    assert told["hops"] == {"en → es": {"data": "x"}}
    (made,) = told["parts"]
    assert (made["ok"], made["copied"], made["failed"], made["unknown_words"]) == (1, 1, 1, 2)
    assert [(hop["engine"], hop["mode"], hop["version"]) for hop in made["route"]] == [
        ("good", "eng-spa", "1"),
        ("bad", "spa-xxx", "2"),
    ]


def test_copies_are_not_called_translations(tmp_path: Path) -> None:
    output = Output(tmp_path / "t.csv")
    output.write([part(("a", Translation("a", "copied")))], ORIGIN)
    assert json.loads(provenance_file(output.path).read_text())["sample_creation"] == "found"


def test_a_file_is_not_replaced_unasked(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("precious")
    with pytest.raises(UsageError, match=r"t\.csv: exists; name another file with --out, or replace it"):
        Output(path).check()
    Output(path, overwrite=True).check()
    assert path.read_text() == "precious"


def test_an_unknown_format_names_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(
        UsageError, match=r"unknown format '\.json', plain or with \.gz behind it; did you mean '\.jsonl'"
    ):
        Output(tmp_path / "t.json.gz").check()
