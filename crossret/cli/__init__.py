"""The ``crossret`` command: parse, call, render."""

from __future__ import annotations

from crossret.cli.group import LazyGroup

COMMANDS = {
    "bench": "crossret.cli.bench:bench",
    "leaderboard": "crossret.cli.tables:leaderboard",
    "ablation": "crossret.cli.tables:ablation",
    "scores": "crossret.cli.tables:scores",
    "reproduce": "crossret.cli.reproduce:reproduce",
    "report": "crossret.cli.report:report",
    "train": "crossret.cli.model:train",
    "evaluate": "crossret.cli.evaluation:evaluate",
    "metrics": "crossret.cli.evaluation:metrics",
    "search": "crossret.cli.model:search",
    "index": "crossret.cli.index:index",
    "serve": "crossret.cli.serve:serve",
    "export": "crossret.cli.export:export",
    "import-nrccr": "crossret.cli.interchange:import_nrccr",
    "components": "crossret.cli.listing:components",
    "plugins": "crossret.cli.plugins:plugins",
    "data": "crossret.cli.data:data",
    "translate": "crossret.cli.translation:translate",
    "recipe": "crossret.cli.recipe:recipe",
}

cli = LazyGroup(
    "crossret",
    COMMANDS,
    help="Train, evaluate, ablate and rank cross-lingual cross-modal retrieval methods.\n\nStart with: crossret bench",
)


def main() -> None:
    """Entry point of the console script."""
    cli.main(prog_name="crossret")
