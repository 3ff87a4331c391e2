from __future__ import annotations

from functools import partial
from typing import Any

import pytest

from crossret.contracts.rendering import Table
from crossret.errors import UsageError
from crossret.results.ablation import ablation
from crossret.results.detail import detail
from crossret.results.leaderboard import leaderboard
from crossret.results.mixing import mixed

GOOD, FAIR, POOR = [1] * 20, [1] * 10 + [9] * 10, [9] * 10 + [30] * 10
mixed_leaderboard = partial(mixed, leaderboard)


@pytest.fixture
def two(run: Any) -> Any:
    """Two protocols of one data set with the same queries; the second has a language more, and another reference."""
    run.add("alpha", FAIR, FAIR, baseline=True)
    run.add("beta", GOOD, GOOD)
    run.add("alpha", POOR, POOR, protocol="mt", key="mt-alpha")
    for language in ("de", "es"):
        run.add("gamma", POOR, FAIR, protocol="mt", key=f"{language}-gamma", language=language, baseline=True)
    return run


def rows(table: Table) -> dict[tuple[str, str], dict[str, str]]:
    return {
        (row[0].text, row[1].text): {c: f"{cell.text}{cell.mark}" for c, cell in zip(table.columns, row, strict=True)}
        for row in table.rows
    }


def test_what_must_not_be_mixed_is_refused_and_the_way_out_named(two: Any, tmp_path: Any) -> None:
    with pytest.raises(UsageError, match=r"toy/human \(2 records\), toy/mt \(3 records\); .* --mix-protocols"):
        leaderboard(two.stored())
    other = type(two)(tmp_path / "rules")
    for method, rule in (("alpha", "distinct"), ("beta", "shared")):
        other.add(method, GOOD, GOOD, recipe={"evaluation": {"duplicate_captions": rule}})
    with pytest.raises(UsageError, match=r"toy/human \(1 records\), toy/human, shared captions \(1 records\)"):
        leaderboard(other.stored())
    (table,) = mixed_leaderboard(other.stored())
    assert set(rows(table)) == {("Alpha", "toy/human"), ("Beta", "toy/human, shared captions")}


def test_nothing_is_claimed_between_protocols(two: Any) -> None:
    (table,) = mixed_leaderboard(two.stored())
    assert table.columns == (
        "method", "protocol", "rank", "de", "es", "mean", "Δ", "95 % interval", "p", "d"
    )  # fmt: skip
    found = rows(table)
    human, mt = (leaderboard([s for s in two.stored() if s.record.unit.protocol == p])[0] for p in ("human", "mt"))
    for name, alone in (("toy/human", human), ("toy/mt", mt)):
        for row in alone.rows:
            cells = {c: f"{cell.text}{cell.mark}" for c, cell in zip(alone.columns, row, strict=True)}
            together = found[row[0].text, name]
            shared = [c for c in cells if not c.startswith("Δ")]
            assert [together[c] for c in shared] == [cells[c] for c in shared], "as if the protocol were alone"
    assert found["Beta", "toy/human"]["de"] == "–"
    best = {(row[0].text, row[1].text) for row in table.rows if any(cell.emphasis == "best" for cell in row)}
    assert best == {("Beta", "toy/human"), ("Gamma", "toy/mt")}, "the best of each protocol"


def test_notes_say_which_rows_have_which_protocol(two: Any) -> None:
    (table,) = mixed_leaderboard(two.stored())
    assert table.title == "Gallery test under 2 protocols – SumR, both directions"
    assert table.notes[0].startswith("Rows of different protocols do not compare")
    assert table.notes[1].startswith("toy/human: Beta, Alpha – toys: toy/human, gallery test (20 text")
    assert table.notes[2].startswith("toy/mt: Gamma, Alpha – toys: toy/mt, gallery test (20 text")
    assert any(note.startswith("toy/human: Δ: difference to Alpha") for note in table.notes)


def test_names_that_one_protocol_has_are_enough_and_unknown_ones_are_refused(two: Any) -> None:
    (table,) = mixed_leaderboard(two.stored(), languages=("de",))
    assert table.columns[:2] == ("method", "de"), "one protocol is left: there is nothing to mix"
    assert [row[0].text for row in table.rows] == ["Gamma"]
    (against_beta,) = mixed_leaderboard(two.stored(), baseline="beta")
    assert rows(against_beta)["Beta", "toy/human"]["Δ"] == "–"
    assert any(note.startswith("toy/human: Δ: difference to Beta") for note in against_beta.notes)
    assert any(note.startswith("toy/mt: Δ: difference to Gamma") for note in against_beta.notes)
    with pytest.raises(UsageError, match="unknown language 'xx'"):
        mixed_leaderboard(two.stored(), languages=("xx",))
    with pytest.raises(UsageError, match="unknown baseline method 'delta'"):
        mixed_leaderboard(two.stored(), baseline="delta")


def test_one_protocol_is_as_without(run: Any) -> None:
    run.add("alpha", GOOD, GOOD)
    assert mixed_leaderboard(run.stored()) == leaderboard(run.stored())
    assert mixed(detail, run.stored()) == detail(run.stored())


def test_long_tables_and_ablations_mix_too(two: Any) -> None:
    (long,) = mixed(detail, two.stored())
    assert long.columns[:3] == ("language", "protocol", "method")
    assert long.notes[2].startswith("toy/mt: Gamma, Alpha – ")
    for protocol in ("human", "mt"):
        two.add("full", GOOD, GOOD, protocol=protocol, key=f"{protocol}-full", terms=("a", "b"))
        two.add("less", FAIR, FAIR, protocol=protocol, key=f"{protocol}-less", terms=("a",), ablated=("b",))
    (table,) = mixed(ablation, two.stored(), languages=("es",))
    assert table.columns[:4] == ("variant", "protocol", "a", "b")
    assert {key[0] for key in rows(table)} == {"Full", "Less"}
