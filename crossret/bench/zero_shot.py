"""The suite of one dual encoder that was trained elsewhere: a row to stand beside trained ones."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from crossret.bench.plan import PlannedUnit, Selection, make_plan
from crossret.errors import UsageError, unknown
from crossret.plugins import Plugins
from crossret.recipe.models import DataRecipe
from crossret.recipe.suite import MethodEntry, Suite

SUITE: Final = "zero-shot"


def zero_shot_unit(
    model: str,
    options: Mapping[str, Any],
    data: DataRecipe,
    language: str,
    evaluation: Mapping[str, Any],
    plugins: Plugins,
) -> PlannedUnit:
    """The unit of a model on a data set in one language.

    Args:
        model: a baseline component that looks at pictures, e.g. ``hf:FOLDER``.
        options: of that component.
        data: the data set.
        language: of the queries.
        evaluation: changes to the default evaluation.
        plugins: where components are found.

    Raises:
        UsageError: unknown model, data set, protocol, language or option, or there is no route for translated queries.
    """
    seeing = [c.name for c in plugins.registry if c.kind == "baseline" and c.meta.modality == "image"]
    if model.partition(":")[0] not in seeing:
        raise unknown("model", model.partition(":")[0], seeing)
    translated = evaluation.get("query", "target") != "target"
    recipe = {
        "data": data.model_dump(mode="json"),
        "texts": {"target": "none"},
        "translation": {"translator": "file" if translated else "identity"},
        "evaluation": dict(evaluation),
        "baseline": model,
        "baseline_options": dict(options),
    }
    name = method_name(model)
    entry = MethodEntry(label=f"{name}, translated" if translated else name, group="baseline")
    method = f"{name}:translated" if translated else name
    suite = Suite(name=SUITE, languages=(language,), recipe=recipe, methods={method: entry})
    plan = make_plan(suite, Selection(), plugins)
    if plan.skipped:
        raise UsageError(plan.skipped[0].reason)
    return plan.units[0]


def method_name(model: str) -> str:
    """``zero-shot:hf:openai/clip-vit-base-patch32``; of a folder only its name."""
    component, _, argument = model.partition(":")
    found = Path(argument)
    return f"zero-shot:{component}:{found.resolve().name if argument and found.is_dir() else argument}"
