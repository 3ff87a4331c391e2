"""Hashes of everything that numbers depend on: equal keys mean that the work is already done."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from crossret.recipe.models import Recipe
from crossret.results.record import UnitId

# How often a state is saved changes no number.
COSTS_ONLY = {"checkpoint_seconds"}
# Nor does the memory that scores may take, of which keys hold the default, or how ranks are counted.
MEMORY_IN_KEYS = {"memory_mb": 256.0}
COSTS_ONLY_OF_EVALUATION = {"compile"}

# Recipes that say nothing of it keep the keys that they had before there was this field.
LATER = {"reference": False}
LATER_OF_TRANSLATION = {
    "also": [],
    "variants": {"routes": 1, "alternatives": 0},
    "confidence": "none",
    "unknown_words": "keep",
}
LATER_OF_TRAINING: dict[str, Any] = {
    "micro_batch": None,
    "length_buckets": 1,
    "gradient_checkpointing": False,
    "compile": False,
}
LATER_OF_EVALUATION: dict[str, Any] = {
    "duplicate_captions": "distinct",
    "galleries": None,
    "also": [],
    "variants": {"routes": 1, "alternatives": 0},
}


def hash_of(content: Any) -> str:
    """SHA-256 of the canonical JSON."""
    return hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def training_key(
    recipe: Recipe,
    languages: tuple[str, ...],
    seed: int,
    data: Mapping[str, str],
    versions: Mapping[str, str],
) -> str:
    """Key of a trained model: how it is asked later does not matter."""
    content = _without(recipe.model_dump(mode="json", exclude={"evaluation", "baseline", "baseline_options"}), LATER)
    content["translation"] = _without(content["translation"], LATER_OF_TRANSLATION)
    training = {name: value for name, value in content["training"].items() if name not in COSTS_ONLY}
    content["training"] = _without(training, LATER_OF_TRAINING)
    if recipe.reference:
        # Padding counts, so the batches of a validation take part in what is selected.
        content["validation_batch_size"] = recipe.evaluation.batch_size
    return hash_of([content, languages, seed, dict(data), dict(versions)])


def unit_key(recipe: Recipe, unit: UnitId, training: str, data: Mapping[str, str], shown: Mapping[str, Any]) -> str:
    """Key of a record; ``shown`` is what the record says of its row besides its numbers (suite, label, …)."""
    asked = recipe.model_dump(mode="json", include={"reference", "evaluation", "baseline", "baseline_options"})
    evaluation = {name: value for name, value in asked["evaluation"].items() if name not in COSTS_ONLY_OF_EVALUATION}
    asked["evaluation"] = _without(evaluation, LATER_OF_EVALUATION) | MEMORY_IN_KEYS
    return hash_of([_without(asked, LATER), unit.model_dump(mode="json"), training, dict(data), dict(shown)])


def _without(content: dict[str, Any], later: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in content.items() if name not in later or value != later[name]}
