"""``crossret translate DATASET``: one line from source captions to a file of translations with its provenance."""

from __future__ import annotations

import csv
import gzip
import json
import os
import signal
import time
from dataclasses import replace
from pathlib import Path

import pytest
from photo_folder import make_photo_folder
from processes import Crossret
from rule_engine import asked
from small_data import Small

from crossret.translation.fill import route_between, translate_captions, translated_queries
from crossret_datasets.photos.dataset import Photos
from crossret_translators.file import FileTranslator

TESTS = Path(__file__).parents[1]


def root(small: Small) -> tuple[str, str]:
    return "--set", f"data.options.root={small.data}"


def rows_of(path: Path) -> list[dict[str, str]]:
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_one_line_gives_what_a_bench_needs(crossret: Crossret, small: Small, tmp_path: Path) -> None:
    out = tmp_path / "new" / "es.csv.gz"
    words = ("shapes", *root(small), "--to", "es", "--via", "file", "--back", "--queries", "--out", out)
    ended = crossret("translate", *words, "--format", "json")
    assert ended.code == 0, ended.err
    assert ended.err.splitlines()[-1] == f"wrote {out} (48 texts) and es.csv.gz.provenance.json"
    (table,) = json.loads(ended.out)["tables"]
    assert [[cell["value"] for cell in row[:4]] for row in table["rows"]] == [
        ["source captions", "en → es (file)", 24, 24],
        ["back-translations", "es → en (file)", 24, 24],
        ["queries", "es → en (file)", 24, 48],
    ]
    assert {"source_lang": "en", "target_lang": "es", "text": "red circle", "translation": "aro rojo"}.items() <= (
        rows_of(out)[0].items() | {row for r in rows_of(out) if r["text"] == "red circle" for row in r.items()}
    )
    told = json.loads((tmp_path / "new" / "es.csv.gz.provenance.json").read_text())
    assert told["dataset"]["name"] == "shapes"
    assert told["dataset"]["options"] == {"root": str(small.data)}
    assert told["translator"]["name"] == "file"
    assert told["versions"]["shapes-plugin"] == "1.0"
    assert told["command"].startswith("crossret translate shapes --set data.options.root=")

    bench = ("bench", small.suite, "--lang", "es", "--method", "translate-test", "--set", "training.epochs=1")
    used = crossret(*bench, "--set", f"translation.options.path={out}", "--out", tmp_path / "runs")
    assert used.code == 0, used.err


def test_any_translator_will_do(crossret: Crossret, small: Small, tmp_path: Path) -> None:
    data = root(small)
    copied = crossret("translate", "shapes", *data, "--to", "gl", "--via", "identity", "--out", tmp_path / "i.csv.gz")
    assert copied.code == 0, copied.err
    assert {row["status"] for row in rows_of(tmp_path / "i.csv.gz")} == {"copied"}
    assert json.loads((tmp_path / "i.csv.gz.provenance.json").read_text())["sample_creation"] == "found"
    words = ("--to", "es", "--via", "noise:file", "--option", "share=1", "--option", "kind=keep-source", "--back")
    spoilt = crossret("translate", "shapes", *data, *words, "--out", tmp_path / "n.jsonl")
    assert spoilt.code == 0, spoilt.err
    lines = [json.loads(line) for line in (tmp_path / "n.jsonl").read_text().splitlines()]
    assert {line["translation"] for line in lines if line["target_lang"] == "es"} == {
        line["text"] for line in lines if line["target_lang"] == "es"
    }


def test_a_folder_of_files_has_all_that_the_suite_of_photos_reads(crossret: Crossret, tmp_path: Path) -> None:
    root, folder = make_photo_folder(tmp_path / "photos"), tmp_path / "translations"
    data = ("--set", f"data.options.root={root}", "--set", "data.protocol=large-gallery")
    for lang in ("fr", "pt-BR"):
        words = ("--to", lang, "--via", "identity", "--back", "--queries", "--out", folder / f"{lang}.csv.gz")
        ended = crossret("translate", "multi30k-f8k", *data, *words)
        assert ended.code == 0, ended.err
    photos, translator = Photos(str(root)), FileTranslator(str(folder))
    for lang in ("fr", "pt-BR"):
        train = photos.captions("large-gallery", "train", "en")
        there = translate_captions(train, translator, route_between(translator, "en", lang))
        translated = [replace(c, lang=lang, text=a.text) for c, a in zip(train, there, strict=True)]
        assert len(translate_captions(translated, translator, route_between(translator, lang, "en"))) == len(train)
        for split in ("val", "large", "official"):
            human = photos.captions("large-gallery", split, lang)
            assert translated_queries(human, translator, lang, "en") == [caption.text for caption in human]


def test_queries_alone(crossret: Crossret, small: Small, tmp_path: Path) -> None:
    words = ("--to", "es", "--via", "file", "--split", "none", "--queries", "--out", tmp_path / "q.csv.gz")
    ended = crossret("translate", "shapes", *root(small), *words)
    assert ended.code == 0, ended.err
    assert {(row["source_lang"], row["target_lang"]) for row in rows_of(tmp_path / "q.csv.gz")} == {("es", "en")}


@pytest.mark.parametrize(
    ("words", "code", "line"),
    [
        ("shape --to es --via file", 2, "unknown dataset 'shape'; did you mean 'shapes'?"),
        ("shapes {root} --to es --via fiel", 2, "unknown translator 'fiel'; did you mean 'file'?"),
        ("shapes {root} --to es", 2, "Missing option '--via'."),
        ("shapes {root} --via file", 2, "Missing option '--to'."),
        ("shapes {root} --to ess --via file", 1, "no translation route from 'en' to 'ess'; did you mean 'es'?"),
        ("shapes {root} --to zz --via file --back", 1, "no translation route from 'zz' back to 'en'; known: es"),
        ("shapes {root} --to es --via file --split trian", 2, "unknown split of protocol 'plain' 'trian'; did"),
        ("shapes {root} --to ess --via file --queries", 2, "unknown language with human captions 'ess'; did you mean"),
        ("shapes {root} --to es --via file --split none", 2, "nothing to translate: no split of source captions"),
        (
            "shapes {root} --to es --via file --option pth=x",
            2,
            "unknown option of translator 'file' 'pth'; did you mean",
        ),
        ("shapes {root} --to es --via file --set data.protocol=plane", 2, "unknown shapes protocol 'plane'; did you"),
        ("shapes {root} --to es --via file --set model.common=3", 2, "crossret translate: unknown key 'model'"),
        ("shapes {root} --to es --via file --out t.xls", 2, "t.xls: unknown format '.xls'"),
        ("shapes {root} --to es --via file --out /proc/none/t.csv", 1, "/proc/none: No such file or directory"),
        ("emoji --to gl --via recorded", 2, "translator 'recorded': the recipe's data set records no translations"),
    ],
)
def test_what_goes_wrong_is_one_line(
    words: str, code: int, line: str, crossret: Crossret, small: Small, tmp_path: Path
) -> None:
    given = words.format(root=" ".join(root(small))).split()
    ended = crossret("translate", *given, *(() if "--out" in given else ("--out", tmp_path / "t.csv")))
    assert (ended.code, ended.line[: len(line)]) == (code, line)


def test_a_file_that_is_there_is_kept(crossret: Crossret, small: Small, tmp_path: Path) -> None:
    out = tmp_path / "t.csv"
    out.write_text("precious")
    words = ("translate", "shapes", *root(small), "--to", "es", "--via", "file", "--out", out)
    ended = crossret(*words)
    assert (ended.code, ended.line) == (
        2,
        f"{out}: exists; name another file with --out, or replace it with --overwrite",
    )
    assert out.read_text() == "precious"
    assert crossret(*words, "--overwrite").code == 0
    assert out.read_text().startswith("source_lang,")


def test_stopped_by_the_user_it_says_so_in_one_line_and_goes_on_from_there(
    crossret: Crossret, small: Small, tmp_path: Path
) -> None:
    calls, out = tmp_path / "calls.tsv", tmp_path / "t.csv"
    path = os.pathsep.join((str(TESTS), *filter(None, (str(crossret.packages), os.environ.get("PYTHONPATH")))))
    environment = {"PYTHONPATH": path, "CROSSRET_CACHE": str(tmp_path / "cache")}
    words = ("translate", "shapes", *root(small), "--plugin", TESTS / "rule_engine.py", "--to", "gl", "--via", "rule")
    options = ("--option", f"calls={calls}", "--out", out)
    process = crossret.start(*words, *options, "--option", "seconds=0.2", **environment)
    while len(asked(calls)) < 10 and process.poll() is None:
        time.sleep(0.02)
    os.kill(process.pid, signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 1
    assert err.splitlines()[-1] == (
        "crossret: stopped; what is finished is kept, and the same command goes on from there"
    )
    assert "Traceback" not in err
    assert not out.exists()

    first = len(asked(calls))
    ended = crossret(*words, *options, **environment)
    assert ended.code == 0, ended.err
    # 24 texts over two hops; only the chunk of four that was in work is asked a second time.
    assert 48 <= len(asked(calls)) <= 48 + 4
    assert first < 48
    assert out.read_text().count("\n") == 1 + 24
    again = crossret(*words, *options, "--overwrite", **environment)
    assert again.code == 0, again.err
    assert len(asked(calls)) <= 48 + 4
