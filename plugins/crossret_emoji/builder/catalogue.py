"""Concepts, their icons and their divisions: the table ``concepts.csv``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from crossret_emoji.builder.choice import KEYCAP_TEN, Candidate, candidates
from crossret_emoji.builder.deterministic import write_table
from crossret_emoji.builder.joins import Joins, join_designs
from crossret_emoji.builder.sources import Packages
from crossret_emoji.builder.splits import cross_design_validation, split_concepts
from crossret_emoji.layout import CONCEPT_COLUMNS, CONCEPTS, DESIGNS

VALIDATION_DESIGN: Final = "fxemoji"


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All concepts by id in table order, their part of ``cross-concept``, and their icons by design."""

    concepts: Mapping[str, Candidate]
    parts: Mapping[str, str]
    joins: Joins


def make_catalogue(packages: Packages) -> Catalogue:
    """Choose, divide and join."""
    concepts = candidates(packages)
    parts = split_concepts({key: concept.subgroup for key, concept in concepts.items()})
    concepts.pop(KEYCAP_TEN, None)
    return Catalogue(concepts, parts, join_designs(packages, concepts))


def write_concepts(catalogue: Catalogue, out: Path) -> None:
    """Write ``concepts.csv`` below ``out``."""
    validation = cross_design_validation(catalogue.parts, catalogue.joins[VALIDATION_DESIGN])
    rows = [
        (
            *(concept.id, concept.emoji, concept.name, concept.group, concept.subgroup, concept.version),
            catalogue.parts[key],
            "val" if key in validation else "test",
            *(int(key in catalogue.joins[design]) for design in DESIGNS),
        )
        for key, concept in catalogue.concepts.items()
    ]
    write_table(out / CONCEPTS, CONCEPT_COLUMNS, rows)
