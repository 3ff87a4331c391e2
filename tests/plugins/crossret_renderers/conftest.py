from __future__ import annotations

import pytest

from crossret.contracts.rendering import Cell, Table

NASTY = r'<script>a_b & c|d 100% #1 $x {y} ~z ^w \n "q" [red]é *s* `t`'


@pytest.fixture
def nasty() -> str:
    return NASTY


@pytest.fixture
def tables() -> tuple[Table, ...]:
    first = Table(
        title=f"First {NASTY} Δ",
        columns=("method", "es", "a|b_c", "p"),
        rows=(
            (
                Cell(NASTY, NASTY),
                Cell("145.0 ± 1.4", 145.0, 1.4, "†", "best"),
                Cell("−3.0", -3.0),
                Cell("< 0.001", 0.0005),
            ),
            (Cell("line\nbreak", "line\nbreak"), Cell("9.5", 9.5, emphasis="quiet"), Cell("–"), Cell("0.200", 0.2)),
        ),
        command="crossret leaderboard 'my `runs`' --set 'a_b=<1>'",
        notes=(f"Made by: crossret --set a_b=1 {NASTY}", "†: not significant – ✓"),
    )
    second = Table(title="Second", columns=("variant", "cycle"), rows=((Cell("full", "full"), Cell("✓", 1.0)),))
    return first, second
