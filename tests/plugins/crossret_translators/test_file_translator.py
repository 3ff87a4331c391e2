from __future__ import annotations

import gzip
import hashlib
import json
import os
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import pytest

from crossret.contracts.translation import Hop, Translation
from crossret.errors import DataError
from crossret_translators import file as file_module
from crossret_translators.file import FileTranslator

HEADER = "source_lang,target_lang,text,translation,status,unknown"
ROWS = (
    "en,es,dog,perro,ok,0",
    'en,es,"big, red dog",perro grande y rojo,ok,1',
    "en,es,taxi,Taxi,,",
    "en,sc,pace,,failed,0",
    "es,en,perro,dog,ok,0",
)

Write = Callable[..., FileTranslator]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def write(*lines: str, name: str = "mt.csv") -> FileTranslator:
        path = tmp_path / name
        content = "".join(f"{line}\n" for line in lines).encode()
        path.write_bytes(gzip.compress(content) if name.endswith(".gz") else content)
        return FileTranslator(str(path))

    return write


def answers(translator: FileTranslator, source: str, target: str, *texts: str) -> list[Translation]:
    (route,) = translator.routes(source, target)
    return translator.translate(texts, route)


def as_json(line: str) -> str:
    values = [cell.strip('"') for cell in line.replace("big, red", "big; red").split(",")]
    record: dict[str, object] = dict(zip(HEADER.split(","), values, strict=True))
    record["text"] = str(record["text"]).replace(";", ",")
    if record["unknown"]:
        record["unknown"] = int(str(record["unknown"]))
    return json.dumps(record)


FORMATS: dict[str, list[str]] = {
    "mt.csv": [HEADER, *ROWS],
    "mt.csv.gz": [HEADER, *ROWS],
    "mt.tsv": [HEADER.replace(",", "\t"), *(row.replace(",", "\t").replace("big\t", "big,") for row in ROWS)],
    "mt.jsonl": [as_json(row) for row in ROWS],
    "mt.jsonl.gz": [as_json(row) for row in ROWS],
}


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_gives_the_recorded_answers(write: Write, name: str) -> None:
    translator = write(*FORMATS[name], name=name)
    assert answers(translator, "en", "es", "taxi", "dog", "big, red dog") == [
        Translation("Taxi", "copied", 0),
        Translation("perro", "ok", 0),
        Translation("perro grande y rojo", "ok", 1),
    ]
    assert answers(translator, "en", "sc", "pace") == [Translation("", "failed", 0)]


def test_status_and_unknown_may_be_absent(write: Write) -> None:
    translator = write("translation,text,target_lang,source_lang", "perro,dog,es,en", "TAXI,taxi,es,en")
    assert answers(translator, "en", "es", "dog", "taxi") == [Translation("perro", "ok"), Translation("TAXI", "copied")]


def test_unknown_words_are_told_where_the_file_tells_them(write: Write) -> None:
    header = "source_lang,target_lang,text,translation,unknown,unknown_words"
    translator = write(header, "en,es,a ladder,un ladder,2,ladder", "en,es,a cat,un gato,,", "en,es,x y,x y,,x y")
    found = answers(translator, "en", "es", "a ladder", "a cat", "x y")
    assert [(answer.unknown, answer.unknown_words) for answer in found] == [(2, ("ladder",)), (0, ()), (2, ("x", "y"))]


def test_routes_only_for_recorded_pairs(write: Write) -> None:
    translator = write(HEADER, *ROWS)
    assert str(translator.routes("es", "en")[0]) == "es → en (file)"
    assert translator.routes("sc", "en") == ()
    assert translator.routes("es", "sc") == ()


def test_a_file_with_provenance_says_which_engines_translated_it(write: Write) -> None:
    translator = write(HEADER, *ROWS)
    plain = translator.routes("en", "es")[0]
    sha256 = hashlib.sha256(translator.path.read_bytes()).hexdigest()
    hops = [Hop("apertium", "en", "ca", "eng-cat", "1.0"), Hop("apertium", "ca", "es", "cat-spa", "2.1")]
    document = {
        "format": "crossret translations 1",
        "file": {"sha256": sha256},
        "parts": [{"route": [asdict(hop) for hop in hops]}, {"route": [{"engine": "no languages"}]}, "no part"],
    }
    beside = translator.path.with_name("mt.csv.provenance.json")
    beside.write_text(json.dumps(document), encoding="utf-8")
    (route,) = translator.routes("en", "es")
    assert str(route) == "en → ca → es (apertium)"
    assert [hop.version for hop in route.hops] == [
        f"{version}; recorded in {translator.fingerprint()}" for version in ("1.0", "2.1")
    ]
    assert translator.translate(["dog"], route)[0].text == "perro"
    assert str(translator.routes("es", "en")[0]) == "es → en (file)"
    for other in ({**document, "file": {"sha256": "of what it was"}}, {**document, "format": "2"}, ["no object"]):
        beside.write_text(json.dumps(other), encoding="utf-8")
        assert translator.routes("en", "es") == (plain,)
    beside.write_text("{", encoding="utf-8")
    assert translator.routes("en", "es") == (plain,)


def test_loads_only_the_pair_asked_for(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    translator = write(HEADER, *ROWS, "fr,en,chien,,ok,0")
    loaded: list[tuple[str, str]] = []
    load_pair = file_module.load_pair

    def spy(path: Path, source: str, target: str) -> dict[str, file_module.Recorded]:
        loaded.append((source, target))
        return load_pair(path, source, target)

    monkeypatch.setattr(file_module, "load_pair", spy)
    answers(translator, "en", "es", "dog")
    answers(translator, "en", "es", "taxi")
    assert loaded == [("en", "es")]
    with pytest.raises(DataError, match="'chien' is empty"):
        answers(translator, "fr", "en", "chien")


def test_missing_text_names_file_pair_count_and_first(write: Write) -> None:
    translator = write(HEADER, *ROWS)
    with pytest.raises(DataError) as caught:
        answers(translator, "en", "es", "dog", "cat", "cow")
    assert str(caught.value) == (f"{translator.path}: 2 of 3 texts have no en → es translation, the first is 'cat'")


MALFORMED: dict[str, tuple[list[str], str]] = {
    "missing column": (
        ["source_lang,target_lang,text,translaton"],
        r":1: no column 'translation'; did you mean 'translaton'\?",
    ),
    "empty file": ([], ":1: no column 'source_lang'; none is known"),
    "short row": ([HEADER, ROWS[0], "en,es,cat"], ":3: 3 columns; expected 6"),
    "long row": ([HEADER, "en,es,a,b,ok,0,0"], ":2: 7 columns; expected 6"),
    "conflict": (
        [HEADER, *ROWS, "en,es,dog,can,ok,0"],
        r":7: 'dog' is 'can' \(ok, 0 unknown\), but line 2 says 'perro' \(ok, 0 ",
    ),
    "empty": ([HEADER, "en,es,dog,,ok,0"], ":2: the translation of 'dog' is empty; expected status 'failed'"),
    "empty, no status": ([HEADER, "en,es,dog,,,0"], ":2: the translation of 'dog' is empty"),
    "status": ([HEADER, "en,es,dog,perro,failled,0"], ":2: unknown status 'failled'; did you mean 'failed'"),
    "unknown": ([HEADER, "en,es,dog,perro,ok,-1"], ":2: unknown is '-1'; expected a number"),
    "quote": ([HEADER, 'en,es,"dog"s,perro,ok,0'], ":2: malformed row"),
}


@pytest.mark.parametrize("case", MALFORMED)
def test_malformed_file_says_where(write: Write, case: str) -> None:
    lines, message = MALFORMED[case]
    translator = write(*lines)
    with pytest.raises(DataError, match=message) as caught:
        answers(translator, "en", "es", "dog")
    assert str(caught.value).startswith(str(translator.path))
    assert "\n" not in str(caught.value)


MALFORMED_JSON: dict[str, tuple[str, str]] = {
    "syntax": ('{"source_lang": ', ":2: not JSON"),
    "no object": ("[1]", ":2: found a JSON list; expected an object"),
    "missing": ('{"source_lang": "en", "target_lang": "es", "text": "a"}', ":2: no column 'translation'"),
    "type": ('{"source_lang": "en", "target_lang": "es", "text": ["a"], "translation": "b"}', ":2: text is"),
}


@pytest.mark.parametrize("case", MALFORMED_JSON)
def test_malformed_json_says_where(write: Write, case: str) -> None:
    line, message = MALFORMED_JSON[case]
    translator = write(as_json(ROWS[0]), line, name="mt.jsonl")
    with pytest.raises(DataError, match=message):
        translator.routes("en", "es")


def test_repeated_equal_rows_are_one(write: Write) -> None:
    translator = write(HEADER, ROWS[0], ROWS[0])
    assert answers(translator, "en", "es", "dog", "dog") == [Translation("perro", "ok")] * 2


def test_bad_encoding_says_where(tmp_path: Path) -> None:
    path = tmp_path / "mt.csv"
    path.write_bytes(f"{HEADER}\n{ROWS[0]}\n".encode() + "en,es,day,día,ok,0\n".encode("latin-1"))
    with pytest.raises(DataError, match=":3: byte 0xed is not UTF-8"):
        FileTranslator(str(path)).routes("en", "es")


def test_broken_gzip_says_which_file(tmp_path: Path) -> None:
    path = tmp_path / "mt.csv.gz"
    path.write_bytes(gzip.compress(HEADER.encode() * 99)[:30])
    with pytest.raises(DataError, match=r"mt\.csv\.gz: cannot be read"):
        FileTranslator(str(path)).routes("en", "es")


def test_missing_file_suggests_a_neighbour(write: Write, tmp_path: Path) -> None:
    write(HEADER, name="mt.csv.gz")
    with pytest.raises(DataError, match=r"mt\.csv: No such file or directory; did you mean 'mt\.csv\.gz'"):
        FileTranslator(str(tmp_path / "mt.csv")).fingerprint()


def test_unknown_format_lists_the_known(write: Write) -> None:
    with pytest.raises(DataError, match=r"unknown format '\.db', plain or gzipped; known: \.csv, \.jsonl, \.tsv"):
        write(HEADER, name="mt.db.gz").routes("en", "es")


def test_fingerprint_follows_the_content(write: Write) -> None:
    first, same = write(HEADER, ROWS[0], name="a.csv"), write(HEADER, ROWS[0], name="b.csv")
    other = write(HEADER, ROWS[1], name="c.csv")
    assert first.fingerprint() == same.fingerprint() != other.fingerprint()


def test_changed_file_is_read_again(write: Write) -> None:
    translator = write(HEADER, ROWS[0])
    before = translator.fingerprint()
    assert answers(translator, "en", "es", "dog")[0].text == "perro"
    translator.path.write_text(f"{HEADER}\nen,es,dog,can,ok,0\n")
    os.utime(translator.path, ns=(1, 1))
    assert answers(translator, "en", "es", "dog")[0].text == "can"
    assert translator.fingerprint() != before


def test_loads_a_large_file_quickly(write: Write) -> None:
    rows = (f"en,{lang},text number {i},texto número {i},ok,0" for i in range(25_000) for lang in ("es", "fr", "pt"))
    back = (f"{lang},en,texto número {i},text number {i},ok,0" for i in range(25_000) for lang in ("es", "fr", "pt"))
    translator = write(HEADER, *rows, *back, name="mt.csv.gz")
    start = time.process_time()
    assert answers(translator, "en", "es", "text number 24999")[0].text == "texto número 24999"
    # Measured at 0.3 s on one core; the rest is room for a slower one.
    assert time.process_time() - start < 2


def test_the_files_of_a_folder_count_as_one(tmp_path: Path, write: Write) -> None:
    write(HEADER, *ROWS, name="es.csv")
    write(HEADER, "en,fr,dog,chien,ok,0", "en,es,dog,perro,ok,0", name="fr.csv.gz")
    (tmp_path / "fr.csv.gz.provenance.json").write_text("{}")
    (tmp_path / ".fr.csv.partial").write_text("half")
    folder = FileTranslator(str(tmp_path))
    assert [answer.text for answer in answers(folder, "en", "fr", "dog")] == ["chien"]
    assert [answer.text for answer in answers(folder, "en", "es", "dog")] == ["perro"]
    before = folder.fingerprint()
    write(HEADER, "en,de,dog,Hund,ok,0", name="de.csv")
    assert folder.fingerprint() != before
    assert [answer.text for answer in answers(folder, "en", "de", "dog")] == ["Hund"]


def test_two_files_of_a_folder_must_agree(tmp_path: Path, write: Write) -> None:
    write(HEADER, "en,es,dog,perro,ok,0", name="a.csv")
    write(HEADER, "en,es,dog,can,ok,0", name="b.csv")
    with pytest.raises(DataError, match=r"b\.csv:2: 'dog' is 'can' \(ok, 0 unknown\), but .*a\.csv:2 says 'perro'"):
        answers(FileTranslator(str(tmp_path)), "en", "es", "dog")


def test_a_folder_without_translations_says_what_it_should_hold(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"this folder holds no file of translations; expected \.csv, \.tsv, \.jsonl"):
        FileTranslator(str(tmp_path)).fingerprint()
