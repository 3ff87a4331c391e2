"""Suites and recipes made on the spot."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from crossret.recipe.models import Recipe
from crossret.recipe.reading import recipe_of, validated
from crossret.recipe.suite import Suite

OBJECTIVE: dict[str, Any] = {"source": {"loss": "triplet", "between": ["visual", "source"]}}


def suite(**content: Any) -> Suite:
    whole = {"name": "mine", "languages": ["es"], "methods": {"one": {}}, "recipe": {"objective": OBJECTIVE}} | content
    return validated(Suite, whole, "mine.yaml")


def recipe(*overrides: str, **content: Any) -> Recipe:
    return recipe_of(suite(recipe={"objective": OBJECTIVE} | content), "one", overrides)


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path
