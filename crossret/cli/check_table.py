"""What the test kit found, as a table."""

from __future__ import annotations

from collections.abc import Sequence

from crossret.contracts.rendering import Table
from crossret.testing.outcomes import Outcome


def check_table(name: str, outcomes: Sequence[Outcome], verbose: bool) -> Table:
    """One row per component and check; ``verbose`` adds what the check demands."""
    from crossret.cli.printing import plain_table
    from crossret.testing.checks import checks_of, summary_of

    columns = ("component", "check", "outcome", "reason")
    rows: list[tuple[str, ...]] = []
    for outcome in outcomes:
        component = outcome.component
        found = (f"{component.kind} {component.name}", outcome.check.replace("_", " "), outcome.verdict, outcome.reason)
        if verbose:
            demands = {check.__name__: summary_of(check) for check in checks_of(component.kind)}
            found = (*found[:3], outcome.reason or demands[outcome.check])
        rows.append(found)
    return plain_table(f"Checks of {name}", columns, rows)
