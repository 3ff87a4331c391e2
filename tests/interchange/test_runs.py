"""Run files: what is written says the same to trec_eval and ranx as to us, and so do files of any system."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from crossret.bench.asking import compare_all_galleries
from crossret.bench.checkpoints import read_checkpoint
from crossret.cli import cli
from crossret.errors import DataError
from crossret.evaluation.gallery import Gallery
from crossret.evaluation.model_ranks import Compared, ranked
from crossret.interchange.run_figures import RunFigures, run_figures
from crossret.interchange.run_formats import WRITERS, read_qrels, read_run
from crossret.interchange.runs import Qrels, Run, judged
from crossret.plugins import registry
from crossret.recipe.models import EvaluationRecipe
from crossret.retrieval.metrics import direction_metrics

pytrec_eval = pytest.importorskip("pytrec_eval")

RECIPE = EvaluationRecipe()
RUN_OF_TREC = "q1 Q0 b 1 0.5 x\nq1 Q0 a 2 0.9 x\nq2 Q0 c 1 1 x\n"


@pytest.fixture(scope="module")
def asked(plain: Path) -> tuple[Gallery, Compared]:
    checkpoint = read_checkpoint(plain, registry(), "cpu")
    ((gallery, sides),) = compare_all_galleries(checkpoint, checkpoint.assembly, "en", RECIPE)
    return gallery, sides


def of_trec_eval(run: Run, qrels: Qrels) -> dict[str, float]:
    """Means of trec_eval over all queries that have a relevant document, as its option ``-c`` takes them."""
    names = {"success.1,5,10", "map", "recip_rank", "ndcg_cut.10"}
    found = pytrec_eval.RelevanceEvaluator({q: dict(d) for q, d in qrels.items()}, names).evaluate(
        {query: dict(documents) for query, documents in run.items()}
    )
    asked = [query for query, documents in qrels.items() if any(value > 0 for value in documents.values())]
    measures = ("success_1", "success_5", "success_10", "map", "recip_rank", "ndcg_cut_10")
    return {name: float(np.mean([found.get(q, {}).get(name, 0.0) for q in asked])) for name in measures}


def ours(figures: RunFigures) -> dict[str, float]:
    m = figures.direction
    recalls = {"success_1": m.r1 / 100, "success_5": m.r5 / 100, "success_10": m.r10 / 100}
    return {**recalls, "map": m.map, "recip_rank": figures.mrr, "ndcg_cut_10": figures.ndcg10}


@pytest.mark.parametrize("direction", ["t2v", "v2t"])
@pytest.mark.parametrize("format_", ["trec", "ranx"])
def test_written_and_read_again_a_run_has_the_figures_of_the_evaluation(
    asked: tuple[Gallery, Compared], format_: str, direction: Any, tmp_path: Path
) -> None:
    gallery, sides = asked
    files = WRITERS[format_](tmp_path / "test", judged(gallery, sides, direction, 1000, 256))
    run, qrels = read_run(files[0]), read_qrels(files[1])
    expected = direction_metrics(getattr(ranked(gallery, sides, RECIPE), direction))
    figures = run_figures(run, qrels)
    assert figures.direction == expected
    assert figures.unfound == 0
    assert ours(figures) == pytest.approx(of_trec_eval(run, qrels), abs=1e-12)


RANX = """
import json, sys
import ranx

for run, qrels, kind in json.loads(sys.argv[1]):
    names = ["hit_rate@1", "hit_rate@5", "hit_rate@10", "map", "mrr", "ndcg@10"]
    found = ranx.evaluate(ranx.Qrels.from_file(qrels, kind=kind), ranx.Run.from_file(run, kind=kind), names)
    print(json.dumps([float(found[name]) for name in names]))
"""


def test_ranx_reads_both_formats_and_measures_the_same(asked: tuple[Gallery, Compared], tmp_path: Path) -> None:
    pytest.importorskip("ranx")
    gallery, sides = asked
    files = []
    for direction in ("t2v", "v2t"):
        for format_, kind in (("trec", "trec"), ("ranx", "json")):
            written = judged(gallery, sides, direction, 12, 256)  # type: ignore[arg-type]
            files.append((*WRITERS[format_](tmp_path / f"{format_}-{direction}", written), kind))
    # Compiled, it would take two minutes before the first number.
    environment = {**os.environ, "NUMBA_DISABLE_JIT": "1"}
    words = [sys.executable, "-c", RANX, json.dumps(files, default=str)]
    done = subprocess.run(words, env=environment, capture_output=True, text=True, check=True)
    for line, (run, qrels, _) in zip(done.stdout.splitlines(), files, strict=True):
        figures = ours(run_figures(read_run(run), read_qrels(qrels)))
        assert json.loads(line) == pytest.approx(list(figures.values()), abs=1e-9)


documents = st.dictionaries(st.sampled_from("abcdefgh"), st.integers(0, 40), min_size=1)
judgements = st.dictionaries(st.sampled_from("abcdefghij"), st.integers(0, 1), min_size=1)
queries = st.sampled_from(["q1", "q2", "q3", "q4"])


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(queries, documents, min_size=1), st.dictionaries(queries, judgements, min_size=4))
def test_any_run_has_the_figures_of_trec_eval(scored: dict[str, dict[str, int]], qrels: Qrels) -> None:
    """Documents that no run has, queries without a relevant one, queries that the run does not have."""
    # Equal scores are a matter of taste.
    run = {
        query: {document: value + number / 100 for number, (document, value) in enumerate(found.items())}
        for query, found in scored.items()
    }
    positive = {query for query, found in qrels.items() if any(found.values())}
    in_order = {query: dict(sorted(found.items(), key=lambda pair: -pair[1])) for query, found in run.items()}
    if not positive & run.keys():
        with pytest.raises(DataError):
            run_figures(in_order, qrels)
        return
    figures = run_figures(in_order, qrels)
    assert ours(figures) == pytest.approx(of_trec_eval(run, qrels), abs=1e-12)
    assert (figures.unfound == 0) == all(
        document in run.get(query, {}) for query in positive for document, value in qrels[query].items() if value
    )


def test_equal_scores_are_told_apart_so_that_every_tool_ranks_as_we_do(asked: tuple[Gallery, Compared]) -> None:
    gallery, sides = asked
    flat = Compared(torch.ones_like(sides.captions), torch.ones_like(sides.items))
    found = judged(gallery, flat, "t2v", 1000, 256)
    for scores in found.run.values():
        written = np.array(list(scores.values()), dtype=np.float32)
        assert list(scores) == [item.id for item in gallery.split.items]
        assert (np.diff(written) < 0).all()
    expected = direction_metrics(ranked(gallery, flat, RECIPE).t2v)
    assert run_figures(found.run, found.qrels).direction == expected
    assert of_trec_eval(found.run, found.qrels)["map"] == pytest.approx(expected.map)


def test_what_a_short_run_does_not_hold_counts_as_not_found() -> None:
    figures = run_figures({"q1": {"a": 2.0, "b": 1.0}}, {"q1": {"b": 1, "z": 1}, "q2": {"y": 1}})
    assert figures.unfound == 2
    assert figures.direction.r1 == 0
    assert figures.direction.r5 == 50
    assert figures.direction.map == pytest.approx(0.5 * 0.5 * 0.5)
    assert figures.mrr == pytest.approx(0.25)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("q1 Q0 a 1 0.5\n", ":1: found 5 columns, expected 6"),
        ("q1 Q0 a 1 0.5 x\n\nq1 Q0 a 2 0.4 x\n", ":3: document 'a' of query 'q1' stands there twice"),
        ("q1 Q0 a 1 nan x\n", ":1: found 'nan', expected a finite number"),
        ("q1 Q0 a 1 best x\n", ":1: found 'best', expected a finite number"),
        ("\n", ": empty"),
    ],
)
def test_a_malformed_run_is_one_line_with_its_place(content: str, said: str, tmp_path: Path) -> None:
    path = tmp_path / "broken.run"
    path.write_text(content)
    with pytest.raises(DataError) as raised:
        read_run(path)
    assert str(raised.value).startswith(f"{path}{said}")


def test_malformed_json_is_one_line(tmp_path: Path) -> None:
    path = tmp_path / "broken.run.json"
    for content, said in (
        ("{", "not JSON"),
        ('{"q": [1]}', "expected an object of queries"),
        ('{"q": {"d": "x"}}', "'x'"),
    ):
        path.write_text(content)
        with pytest.raises(DataError, match=said):
            read_run(path)


@pytest.fixture
def command(capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    def run(*words: object) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as ended:
            cli.main([*map(str, words)], prog_name="crossret")
        said = capsys.readouterr()
        return int(str(ended.value.code)), said.out, said.err

    return run


def test_evaluate_writes_runs_and_metrics_reads_them(
    command: Callable[..., tuple[int, str, str]], plain: Path, tmp_path: Path
) -> None:
    words = ("--lang", "es", "--device", "cpu", "--format", "json", "--run-files", tmp_path)
    code, out, err = command("evaluate", plain, *words)
    assert code == 0, err
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(
        f"test--es--{direction}.{kind}" for direction in ("t2v", "v2t") for kind in ("run", "qrels")
    )
    columns, rows = (json.loads(out)["tables"][0][name] for name in ("columns", "rows"))
    stem = tmp_path / "test--es--t2v"
    code, out, err = command("metrics", f"{stem}.run", "--qrels", f"{stem}.qrels", "--format", "json")
    assert code == 0, err
    table = json.loads(out)["tables"][0]
    for name in ("queries", "R@1", "R@5", "R@10", "MedR", "MeanR", "mAP"):
        assert table["rows"][0][table["columns"].index(name)]["text"] == rows[0][columns.index(name)]["text"], name


def test_files_that_do_not_belong_together_are_one_line(
    command: Callable[..., tuple[int, str, str]], tmp_path: Path
) -> None:
    (tmp_path / "a.run").write_text(RUN_OF_TREC)
    (tmp_path / "a.qrels").write_text("other 0 a 1\n")
    code, _, err = command("metrics", tmp_path / "a.run", "--qrels", tmp_path / "a.qrels")
    assert code == 1
    assert err.strip() == "crossret: run and judgements share no query; their first ones are 'q1' and 'other'"


def test_a_library_that_is_missing_is_named_with_what_installs_it(
    command: Callable[..., tuple[int, str, str]], plain: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(sys.modules, "crossret.interchange.sentence_module", raising=False)
    monkeypatch.setitem(sys.modules, "sentence_transformers", None)
    code, _, err = command("export", plain, tmp_path / "out", "--format", "sentence-transformers")
    assert code == 1
    assert err.strip() == (
        "crossret: export needs sentence_transformers; try: pip install 'crossret[sentence-transformers]'"
    )
