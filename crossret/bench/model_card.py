"""The model card beside a checkpoint: what the model is, what it was made from, what it reaches, how to use it.

Front matter as the Hugging Face hub reads it; the text is a template of this package.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from crossret.atomic import write_text
from crossret.bench.components import components_of
from crossret.bench.making import Making
from crossret.errors import UsageError
from crossret.recipe.models import Recipe
from crossret.recipe.reading import validated
from crossret.registry import Component, Registry
from crossret.results.figures import DIRECTION_NAMES, DIRECTIONS, FIGURES
from crossret.results.record import Record
from crossret.results.run_files import RECORDS, safe_name

if TYPE_CHECKING:
    from huggingface_hub import EvalResult

    from crossret.bench.checkpoints import Facts

CARD_FILE = "README.md"
SHOWN = ("r1", "r5", "r10", "medr", "meanr", "map")
TASK = "text-image-retrieval"


def write_card(folder: Path, facts: Facts, registry: Registry, records: Sequence[Record] = ()) -> None:
    """Write the card of a checkpoint; it appears whole, in place of an older one.

    Args:
        folder: of the checkpoint.
        facts: what stands beside its weights.
        registry: knows the licences of its components.
        records: evaluations of the model, as far as there are any yet.
    """
    write_text(folder / CARD_FILE, model_card(facts, registry, records))


def model_card(facts: Facts, registry: Registry, records: Sequence[Record] = ()) -> str:
    """The card as Markdown.

    Raises:
        UsageError: the recipe of the checkpoint is none.
    """
    from jinja2 import Environment, PackageLoader, StrictUndefined

    recipe = validated(Recipe, facts.recipe, facts.key)
    making = Making.from_facts(facts.making) if facts.making is not None else None
    licences = _licences(recipe, registry)
    environment = Environment(
        loader=PackageLoader("crossret.bench", "templates"),
        autoescape=False,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    title = f"{making.suite if making else recipe.data.dataset}, {', '.join(facts.languages) or 'source captions only'}"
    ordered = sorted(records, key=lambda record: (str(record.unit), record.key))
    return environment.get_template("model_card.md.j2").render(
        front=_front_matter(title, facts, recipe, making, licences, ordered),
        title=title,
        facts=facts,
        recipe=recipe,
        terms=recipe.terms(),
        making=making,
        progress=facts.progress,
        licences=licences,
        records=ordered,
        files=[f"{RECORDS}/{safe_name(r.suite)}/{Path(r.ranks_file).with_suffix('.json')}" for r in ordered],
        results=list(_results(ordered)),
        shown=[FIGURES[name].heading for name in SHOWN],
    )


def _licences(recipe: Recipe, registry: Registry) -> dict[str, str]:
    """Licence by component, where it tells one; components that are not here tell none."""
    try:
        found: list[Component] = components_of(recipe, registry)
    except UsageError:
        return {}
    return {f"{one.kind} {one.name}": one.meta.licence for one in found if one.meta.licence}


def _front_matter(
    title: str,
    facts: Facts,
    recipe: Recipe,
    making: Making | None,
    licences: dict[str, str],
    records: Sequence[Record],
) -> str:
    from huggingface_hub import ModelCardData

    distinct = sorted(set(licences.values()))
    one = distinct[0].lower() if len(distinct) == 1 and " " not in distinct[0] else "other"
    named = "; ".join(f"{name}: {licence}" for name, licence in licences.items()) or "not stated by its components"
    source = [making.source_language] if making else []
    card = ModelCardData(
        language=list(dict.fromkeys([*source, *facts.languages])),
        license=one,
        license_name=named if one == "other" else None,
        library_name="crossret",
        tags=["crossret", "cross-lingual", "cross-modal-retrieval", TASK],
        datasets=[recipe.data.dataset],
        metrics=["recall", "mean_rank", "median_rank", "mean_average_precision"],
        model_name=title,
        eval_results=list(_eval_results(records)) or None,
    )
    return card.to_yaml()


def _eval_results(records: Sequence[Record]) -> Iterator[EvalResult]:
    from huggingface_hub import EvalResult

    for record in records:
        unit = record.unit
        for scores in record.scores:
            for direction in DIRECTIONS["both"]:
                for name in SHOWN:
                    yield EvalResult(
                        task_type=TASK,
                        dataset_type=unit.dataset,
                        dataset_name=f"{unit.dataset}, {unit.language}",
                        # The hub's format groups by it, and not by the name.
                        dataset_config=f"{unit.protocol}, {unit.language}, {record.query} queries",
                        dataset_split=f"{scores.gallery}/{scores.subset}" if scores.subset else scores.gallery,
                        metric_type=f"{name}_{direction}",
                        metric_name=f"{FIGURES[name].heading}, {DIRECTION_NAMES[direction]}",
                        metric_value=getattr(getattr(scores, direction), name),
                    )


def _results(records: Sequence[Record]) -> Iterator[tuple[str, ...]]:
    """Rows of the table of results."""
    for record in records:
        for scores in record.scores:
            if scores.subset:
                continue
            for direction in DIRECTIONS["both"]:
                found = getattr(scores, direction)
                figures = (FIGURES[name].text(getattr(found, name)) for name in SHOWN)
                asked = (record.unit.method, record.unit.language, record.query)
                yield (*asked, scores.gallery, DIRECTION_NAMES[direction], *figures, f"{scores.sumr:.1f}")
