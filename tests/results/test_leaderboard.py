from __future__ import annotations

import random
import subprocess
import sys
from typing import Any

import numpy as np
import pytest

from crossret.contracts.rendering import Cell, Table
from crossret.errors import UsageError
from crossret.results.leaderboard import leaderboard
from crossret.retrieval.significance import paired_randomisation, query_scores

SUBJECTS = 60
RANKS = (
    "rank: places a row may have on the mean over languages: 1 + the rows significantly better, to the number of rows "
    "less those significantly worse (paired randomisation, Holm-corrected over all pairs of rows)."
)


def ranks(quality: float, seed: int) -> dict[str, list[int]]:
    rng = np.random.default_rng(seed)
    there, back = np.maximum(1, rng.gamma(0.7, 20 / quality, (2, SUBJECTS)).astype(int))
    return {"t2v": there.tolist(), "v2t": back.tolist()}


def fill(run: Any) -> None:
    """Three methods and an oracle in two languages with two seeds; ``beta`` has no Galician."""
    qualities = {"alpha": (1.0, "baseline"), "beta": (1.1, "method"), "gamma": (4.0, "method"), "human": (40, "oracle")}
    for number, (method, (quality, group)) in enumerate(qualities.items()):
        for language in ("es", "gl"):
            if (method, language) == ("beta", "gl"):
                continue
            for seed in (0, 1):
                found = ranks(quality, 100 * number + 10 * seed + len(language))
                run.add(method, **found, language=language, seed=seed, group=group, baseline=method == "alpha")


def labels(table: Table) -> list[str]:
    return [row[0].text for row in table.rows]


def cell(table: Table, method: str, column: str) -> Cell:
    return next(row for row in table.rows if row[0].text == method)[table.columns.index(column)]


def test_rows_columns_and_order(run: Any) -> None:
    fill(run)
    (table,) = leaderboard(run.stored())
    assert table.title == (
        "toys: toy/human, gallery test (60 text and 60 visual queries, 60 items) – SumR, both directions"
    )
    assert table.columns == ("method", "rank", "es", "gl", "mean", "Δ to Alpha", "95 % interval", "p", "d")
    assert labels(table) == ["Gamma", "Alpha", "Beta", "Human"], "best first, then incomplete rows, then oracles"
    assert all(len(row) == len(table.columns) for row in table.rows)


def test_numbers_are_mean_and_sample_deviation_over_seeds(run: Any) -> None:
    fill(run)
    (table,) = leaderboard(run.stored())
    sumr = {
        (s.record.unit.language, s.record.unit.seed): s.record.scores[0].sumr
        for s in run.stored()
        if s.record.unit.method == "gamma"
    }
    es = [sumr["es", 0], sumr["es", 1]]
    assert cell(table, "Gamma", "es").value == pytest.approx(np.mean(es))
    assert cell(table, "Gamma", "es").deviation == pytest.approx(np.std(es, ddof=1))
    assert cell(table, "Gamma", "es").text == f"{np.mean(es):.1f} ± {np.std(es, ddof=1):.1f}"
    over_languages = [(sumr["es", seed] + sumr["gl", seed]) / 2 for seed in (0, 1)]
    assert cell(table, "Gamma", "mean").value == pytest.approx(np.mean(over_languages))
    assert cell(table, "Gamma", "mean").deviation == pytest.approx(np.std(over_languages, ddof=1))


def test_a_missing_language_is_a_dash_and_its_mean_does_not_compete(run: Any) -> None:
    fill(run)
    (table,) = leaderboard(run.stored())
    assert cell(table, "Beta", "gl").text == "–"
    assert cell(table, "Beta", "gl").value is None
    mean = cell(table, "Beta", "mean")
    assert mean.text.startswith("(")
    assert mean.emphasis == "quiet"
    assert any("no record of the method in the language" in note for note in table.notes)


def test_best_cells_leave_the_oracle_aside(run: Any) -> None:
    fill(run)
    (table,) = leaderboard(run.stored())
    best = {
        (row[0].text, column)
        for row in table.rows
        for column, c in zip(table.columns, row, strict=True)
        if c.emphasis == "best"
    }
    assert best == {("Gamma", "es"), ("Gamma", "gl"), ("Gamma", "mean")}
    assert cell(table, "Human", "es").emphasis == "quiet"


def test_comparison_agrees_with_the_test_of_one_pair(run: Any) -> None:
    fill(run)
    (table,) = leaderboard(run.stored(), languages=["es"])
    scores = {
        method: np.mean([_scores(s) for s in run.stored() if _is(s, method, "es")], axis=0)
        for method in ("alpha", "beta", "gamma", "human")
    }
    single = {m: paired_randomisation(scores[m], scores["alpha"]) for m in ("beta", "gamma", "human")}
    for method, label in (("beta", "Beta"), ("gamma", "Gamma")):
        assert cell(table, label, "Δ to Alpha").value == pytest.approx(single[method].difference)
        low, high = cell(table, label, "95 % interval").text.replace("−", "-").split(" to ")
        assert float(low) == pytest.approx(single[method].low, abs=5)
        assert float(high) == pytest.approx(single[method].high, abs=5)
    # Holm: the largest of three p-values is taken once.
    assert single["beta"].p_value == max(test.p_value for test in single.values())
    assert cell(table, "Beta", "p").value == pytest.approx(single["beta"].p_value, abs=0.02)
    assert cell(table, "Beta", "es").mark == "†"
    assert cell(table, "Gamma", "es").mark == ""
    assert cell(table, "Gamma", "p").text == "< 0.001"
    assert [c.text for c in (cell(table, "Alpha", n) for n in table.columns[4:])] == ["–"] * 4
    # Two cannot be told apart, and the oracle is not ranked.
    ranks = [(label, cell(table, label, "rank").text) for label in labels(table)]
    assert ranks == [("Gamma", "1"), ("Alpha", "2–3"), ("Beta", "2–3"), ("Human", "–")]


def test_difference_is_that_of_the_means(run: Any) -> None:
    fill(run)
    (table,) = leaderboard(run.stored())
    means = {label: cell(table, label, "mean").value for label in ("Alpha", "Gamma")}
    assert cell(table, "Gamma", "Δ to Alpha").value == pytest.approx(means["Gamma"] - means["Alpha"])
    beta = cell(table, "Beta", "es").value - cell(table, "Alpha", "es").value  # type: ignore[operator]
    assert cell(table, "Beta", "Δ to Alpha").value == pytest.approx(beta), "over the language that both have"


def test_is_a_pure_function_of_the_records(run: Any) -> None:
    fill(run)
    stored = run.stored()
    shuffled = random.Random(1).sample(stored, len(stored))
    assert leaderboard(shuffled) == leaderboard(iter(stored)) == leaderboard(stored)


def test_another_baseline_and_none(run: Any) -> None:
    fill(run)
    assert leaderboard(run.stored(), baseline="gamma")[0].columns[5] == "Δ to Gamma"
    with pytest.raises(UsageError, match="unknown baseline method 'gama'; did you mean 'gamma'"):
        leaderboard(run.stored(), baseline="gama")
    unmarked = [s for s in run.stored() if s.record.unit.method != "alpha"]
    assert leaderboard(unmarked)[0].columns == ("method", "es", "gl", "mean"), "one complete row has no rank"


def test_several_marked_baselines_are_refused(run: Any) -> None:
    for method in ("alpha", "beta"):
        run.add(method, [1, 2], [1, 2], baseline=True)
    with pytest.raises(UsageError, match="several methods are marked as the baseline: alpha, beta"):
        leaderboard(run.stored())


def test_directions_and_metrics(run: Any) -> None:
    run.add("alpha", t2v=[1, 2, 6, 40], v2t=[1, 1, 1, 21], baseline=True)
    run.add("beta", t2v=[1, 1, 1, 1], v2t=[3, 3, 3, 3])

    def value(metric: str, direction: Any = "both") -> Any:
        (table,) = leaderboard(run.stored(), metric=metric, direction=direction)
        return cell(table, "Alpha", "es").value

    assert value("sumr", "t2v") == 25 + 50 + 75
    assert value("sumr", "v2t") == 3 * 75
    assert value("sumr") == 150 + 225
    assert value("r1") == (25 + 75) / 2
    assert value("r5", "t2v") == 50
    assert value("r10", "t2v") == 75
    assert value("medr", "t2v") == 4
    assert value("meanr", "v2t") == 6
    assert value("map", "v2t") == pytest.approx((3 + 1 / 21) / 4)


def test_lower_ranks_are_better(run: Any) -> None:
    run.add("alpha", t2v=[1, 2, 6, 40], v2t=[1, 1, 1, 21], baseline=True)
    run.add("beta", t2v=[1, 1, 1, 1], v2t=[3, 3, 3, 3])
    (table,) = leaderboard(run.stored(), metric="meanr")
    assert labels(table) == ["Beta", "Alpha"]
    assert cell(table, "Beta", "es").emphasis == "best"
    assert cell(table, "Beta", "Δ to Alpha").text == "−7.1"
    assert "MeanR: lower is better." in table.notes


def test_a_median_is_not_tested(run: Any) -> None:
    fill(run)
    (table,) = leaderboard(run.stored(), metric="medr")
    assert cell(table, "Gamma", "p").text == "–"
    assert cell(table, "Gamma", "Δ to Alpha").text.startswith("−")
    assert not any(c.mark for row in table.rows for c in row)
    assert any("no paired test of MedR" in note for note in table.notes)


def test_lost_ranks_leave_the_numbers_and_say_so(run: Any) -> None:
    fill(run)
    stored = run.stored()
    lost = next(s for s in stored if _is(s, "gamma", "es"))
    lost.path.with_name(lost.record.ranks_file).unlink()
    (table,) = leaderboard(stored)
    assert cell(table, "Gamma", "p").text == "–"
    assert cell(table, "Gamma", "es").mark == ""
    assert cell(table, "Beta", "p").text != "–"
    assert any(note.startswith("No p:") for note in table.notes)


def test_each_gallery_has_a_table(run: Any) -> None:
    run.add("alpha", [1, 2], [1, 2], galleries=("one", "two"))
    assert ["gallery one" in t.title for t in leaderboard(run.stored())] == [True, False]
    assert len(leaderboard(run.stored(), gallery="two")) == 1


def test_a_subset_has_its_own_numbers_and_test(run: Any) -> None:
    run.add("alpha", [1, 1, 20, 20] * 5, [20] * 20, subset=10, baseline=True)
    run.add("beta", [20] * 20, [20] * 20, subset=10)
    (table,) = leaderboard(run.stored(), subset="first")
    assert ", gallery test, only first (10 text and 10 visual queries" in table.title
    assert cell(table, "Alpha", "es").text == "180.0"
    assert any("over 10 subjects" in note for note in table.notes)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"gallery": "tests"}, "unknown gallery 'tests'; did you mean 'test'"),
        ({"languages": ["xx"]}, "unknown language 'xx'"),
        ({"metric": "sum"}, "unknown metric 'sum'; did you mean 'sumr'"),
        ({"direction": "t2i"}, "unknown direction 't2i'"),
        ({"subset": "translated-only"}, "unknown subset 'translated-only'; none is known"),
    ],
)
def test_unknown_names_are_refused(run: Any, options: dict[str, Any], message: str) -> None:
    run.add("alpha", [1, 2], [1, 2])
    with pytest.raises(UsageError, match=message):
        leaderboard(run.stored(), **options)


def test_mixed_protocols_and_datasets_are_refused(run: Any) -> None:
    run.add("alpha", [1, 2], [1, 2], protocol="human")
    run.add("alpha", [1, 2], [1, 2], protocol="mt", seed=1)
    with pytest.raises(UsageError, match=r"do not compare: toy/human \(1 records\), toy/mt \(1 records\)"):
        leaderboard(run.stored())
    with pytest.raises(UsageError, match="no records"):
        leaderboard([])


def test_one_method_of_two_suites_is_refused(run: Any) -> None:
    run.add("alpha", [1, 2], [1, 2], suite="quick")
    run.add("alpha", [1, 2], [1, 2], suite="full", seed=1)
    with pytest.raises(UsageError, match="method 'alpha' is in several suites: full, quick"):
        leaderboard(run.stored())


def test_of_a_unit_that_ran_again_the_last_record_counts(run: Any) -> None:
    run.add("alpha", [9, 9], [9, 9], key="old" * 6)
    run.add("alpha", [1, 1], [1, 1], key="new" * 6, finished="2025-02-01T00:00:00+00:00")
    (table,) = leaderboard(run.stored())
    assert cell(table, "Alpha", "es").text == "600.0"
    assert "Warning: 1 older records of the same units were left out." in table.notes


def test_rows_made_by_different_versions_of_a_plugin_that_they_share_are_told_of(run: Any) -> None:
    shared = {"crossret": "0.1.0", "crossret-ot": "1.0"}
    run.add("alpha", [1, 2], [1, 2], made_by=shared, label="Alpha")
    run.add("beta", [1, 2], [1, 2], made_by=shared | {"crossret-ot": "1.1", "mine.py": "sha256-a"})
    run.add("gamma", [1, 2], [1, 2], made_by={"crossret": "0.1.0", "other": "3"})
    run.add("delta", [1, 2], [1, 2])
    (table,) = leaderboard(run.stored())
    assert [note for note in table.notes if note.startswith("Warning")] == [
        "Warning: rows were made with different versions of plugin crossret-ot (1.0: Alpha; 1.1: Beta)."
    ]


def test_provenance_and_warnings(run: Any) -> None:
    first = run.add("alpha", [1, 2], [1, 2], command="crossret bench a.yaml --shard 1/2")
    versions = first.environment.model_copy(update={"versions": {"crossret": "0.2.0"}})
    changes = {"command": "crossret bench a.yaml --shard 2/2", "environment": versions, "data_hash": "e" * 64}
    run.add("beta", [1, 2], [1, 2], **changes)
    (table,) = leaderboard(run.stored())
    assert table.notes == (
        "One seed: no deviation.",
        RANKS,
        "Made by: crossret bench a.yaml --shard 1/2",
        "Made by: crossret bench a.yaml --shard 2/2",
        "Data: dddddddddddd, eeeeeeeeeeee; crossret 0.1.0, 0.2.0.",
        "Warning: rows were made with different versions of crossret (0.1.0, 0.2.0).",
        "Warning: rows were made from different data in es.",
    )


def test_equal_labels_are_told_apart(run: Any) -> None:
    for method in ("alpha", "beta"):
        run.add(method, [1, 2], [1, 2], label="Same")
    assert labels(leaderboard(run.stored())[0]) == ["Same (alpha)", "Same (beta)"]


def test_tables_need_no_torch() -> None:
    code = "import sys, crossret.results.leaderboard, crossret.results.ablation, crossret.results.detail; "
    code += "print({'torch', 'scipy'} & {*sys.modules})"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "set()"


def _is(stored: Any, method: str, language: str) -> bool:
    return (stored.record.unit.method, stored.record.unit.language) == (method, language)


def _scores(stored: Any) -> np.ndarray:
    found = stored.ranks()["test"]
    return query_scores(found["t2v"].rank) + query_scores(found["v2t"].rank)


@pytest.mark.parametrize(
    ("rules", "said"),
    [
        (("distinct", "distinct"), ""),
        (("shared", "shared"), "A caption that several items have is answered by each of them"),
    ],
)
def test_a_table_says_what_answers_equal_captions(run: Any, rules: tuple[str, str], said: str) -> None:
    for method, rule in zip(("alpha", "beta"), rules, strict=True):
        run.add(method, [1, 2], [1, 2], recipe={"evaluation": {"duplicate_captions": rule}})
    (table,) = leaderboard(run.stored())
    found = [note for note in table.notes if "a caption that several" in note.lower()]
    assert [note.startswith(said) for note in found] == ([True] if said else [])


def test_rows_that_copied_words_beat_are_named(run: Any) -> None:
    good, middling, poor = [1] * 20, [1] * 10 + [9] * 10, [9] * 10 + [30] * 10
    run.add("words", good, good, language="es", training_key="", group="baseline")
    run.add("words", middling, middling, language="fr", training_key="", group="baseline")
    for language in ("es", "fr"):
        run.add("strong", good, good, language=language)
        run.add("weak", poor, poor, language=language)
    # Better than the words in its one language, though no better than these are in the mean.
    run.add("half", good, middling, language="fr")
    (table,) = leaderboard(run.stored())
    (said,) = (note for note in table.notes if note.startswith("Not above Words, which is not trained"))
    assert said.endswith(": Weak.")
    (lower,) = leaderboard(run.stored(), metric="medr")
    assert any(note.startswith("Not above Words") and note.endswith("Weak.") for note in lower.notes)


def test_nothing_is_said_of_copied_words_where_every_row_is_above(run: Any) -> None:
    run.add("words", [9] * 10, [9] * 10, training_key="", group="baseline")
    run.add("strong", [1] * 10, [1] * 10)
    assert not any("not trained" in note for note in leaderboard(run.stored())[0].notes)


def test_a_column_may_be_a_group_of_languages(run: Any) -> None:
    fill(run)
    for method in ("alpha", "gamma"):
        for seed in (0, 1):
            run.add(method, **ranks(2.0, 7 + seed), language="ru", seed=seed, baseline=method == "alpha")
    (single,) = leaderboard(run.stored())
    (table,) = leaderboard(run.stored(), by="family")
    assert table.columns[:5] == ("method", "rank", "Romance", "Slavic", "mean")
    romance = cell(table, "Gamma", "Romance").value
    assert romance == pytest.approx((cell(single, "Gamma", "es").value + cell(single, "Gamma", "gl").value) / 2)
    assert cell(table, "Gamma", "Slavic").value == cell(single, "Gamma", "ru").value
    assert cell(table, "Gamma", "mean") == cell(single, "Gamma", "mean"), "over languages, not over groups"
    assert cell(table, "Beta", "Romance").text == "–", "it has no Galician"
    assert "(Romance: es, gl; Slavic: ru)" in " ".join(table.notes)
