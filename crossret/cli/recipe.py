"""``crossret recipe list | show | schema``."""

from __future__ import annotations

import click

from crossret.cli.options import plugin_files, sets, table_format


@click.group(short_help="Suites and resolved recipes.")
def recipe() -> None:
    """What a suite computes."""


@recipe.command("list")
@table_format()
def list_(format_: str) -> None:
    """The suites that come with crossret."""
    from crossret.cli.printing import plain_table, show
    from crossret.recipe.reading import read_suite, shipped_suites

    suites = [read_suite(name) for name in shipped_suites()]
    rows = [(s.name, s.summary, " ".join(s.languages), str(s.seeds), str(len(s.methods))) for s in suites]
    show((plain_table("Suites", ("suite", "summary", "languages", "seeds", "methods"), rows),), format_)


@recipe.command("show")
@click.argument("suite", default="emoji")
@click.option("--method", help="Default: all methods.")
@sets
@plugin_files
def show_(suite: str, method: str | None, overrides: tuple[str, ...]) -> None:
    """Print resolved recipes as YAML: everything that is computed, defaults included."""
    from crossret.recipe.reading import read_suite, recipe_of, to_yaml

    found = read_suite(suite)
    for name in [method] if method else found.methods:
        resolved = to_yaml(recipe_of(found, name, overrides))
        click.echo(f"# suite {found.name}, method {name}\n{resolved}")


@recipe.command()
@click.option("--of", "what", type=click.Choice(["suite", "recipe"]), default="suite", show_default=True)
def schema(what: str) -> None:
    """Print the JSON schema, for editors that check YAML."""
    import json

    from crossret.recipe.models import Recipe
    from crossret.recipe.suite import suite_file_schema

    found = suite_file_schema() if what == "suite" else Recipe.model_json_schema()
    click.echo(json.dumps(found, indent=2))
