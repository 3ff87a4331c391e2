"""The data that records were made from, and the data set itself where it is at hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from crossret.bench.components import dataset_of
from crossret.contracts.data import Dataset, Description
from crossret.errors import CrossretError
from crossret.recipe.models import Recipe
from crossret.recipe.reading import validated
from crossret.registry import Registry
from crossret.report.section import Absent
from crossret.results.record import GalleryScores, Record
from crossret.results.selection import protocol_of


@dataclass(frozen=True, slots=True)
class DataCard:
    """Facts of the records, and what the data set says of itself.

    Attributes:
        protocol: with the rule of what answers a caption, where that is not the usual one.
        galleries: one entry per gallery, with its sizes.
    """

    name: str
    protocol: str
    languages: tuple[str, ...]
    hashes: tuple[str, ...]
    galleries: tuple[GalleryScores, ...]
    description: Description | Absent


def data_of(record: Record, options: Mapping[str, object], registry: Registry) -> Dataset | Absent:
    """The data set of a record, unless it is not here or is another than the record's.

    Args:
        record: one of those that share the data.
        options: instead of, or beside, the options that the record names, e.g. another ``root``.
        registry: where data sets are.
    """
    try:
        data = validated(Recipe, record.recipe, record.key).data
        dataset = dataset_of(data.model_copy(update={"options": {**data.options, **options}}), registry)
        fingerprint = dataset.fingerprint()
    except (CrossretError, OSError) as error:
        return Absent(f"the data set {record.unit.dataset} is not here ({error}).")
    expected = record.components.get("dataset")
    if expected is not None and expected != fingerprint:
        return Absent(f"the data set here is not that of the records (its hash is {fingerprint}, theirs {expected}).")
    return dataset


def data_card(records: Sequence[Record], dataset: Dataset | Absent) -> DataCard:
    """What is known of the data of records of one data set and protocol."""
    unit = records[0].unit
    galleries = {scores.gallery: scores for record in records for scores in record.scores if not scores.subset}
    return DataCard(
        unit.dataset,
        protocol_of(records[0]).removeprefix(f"{unit.dataset}/"),
        tuple(sorted({record.unit.language for record in records})),
        tuple(sorted({record.components["dataset"] for record in records if "dataset" in record.components})),
        tuple(galleries.values()),
        dataset if isinstance(dataset, Absent) else _described(dataset, unit.protocol),
    )


def _described(dataset: Dataset, protocol: str) -> Description | Absent:
    try:
        return dataset.describe(protocol)
    except CrossretError as error:
        return Absent(str(error))
