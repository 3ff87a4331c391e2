"""What a collection holds, beside the published counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crossret.contracts.data import Description
from crossret_datasets.authors.layouts import SOURCE, SPLITS, Counts, Role, human

if TYPE_CHECKING:
    from crossret_datasets.authors.dataset import NrccrDataset

LICENCE = "the collection's own terms; nothing of it comes with crossret"
SOURCE_OF_DATA = "https://github.com/HuiGuanLab/nrccr"


def describe(dataset: NrccrDataset, protocol: str) -> Description:
    """Counts per split and language; captions whose translation is missing are counted too."""
    items = {split: len(dataset.split(protocol, split).items) for split in SPLITS}
    languages = {
        lang: row
        for lang in (SOURCE, *dataset.layout.protocols[protocol].languages)
        if any((row := _row(dataset, protocol, lang))[split] for split in SPLITS)
    }
    notes = _notes(dataset, protocol, items, languages)
    extra = {"licence": LICENCE, "source": SOURCE_OF_DATA, **notes}
    return Description({f"{split} items": n for split, n in items.items()}, languages, extra=extra)


def _row(dataset: NrccrDataset, protocol: str, lang: str) -> dict[str, str | int | float]:
    row: dict[str, str | int | float] = {
        split: sum(1 for _ in dataset.collection.lines(protocol, split, human(lang), lang))
        if dataset.collection.has(protocol, split, human(lang), lang)
        else 0
        for split in SPLITS
    }
    if lang != SOURCE:
        row["train untranslated"] = _lacking(dataset, protocol, "train", "forward", lang)
        row["train without way back"] = _lacking(dataset, protocol, "train", "back", lang)
        row["test without query"] = _lacking(dataset, protocol, "test", "queries", lang)
    return row


def _lacking(dataset: NrccrDataset, protocol: str, split: str, role: Role, lang: str) -> int | str:
    """How many human captions of a split a file of translations lacks; ``-`` if one of the files does not exist."""
    files = dataset.collection
    asked = lang if role == "queries" else SOURCE
    if not files.has(protocol, split, human(asked), asked) or not files.has(protocol, split, role, lang):
        return "-"
    translated = {(line.visual, line.k) for line in files.lines(protocol, split, role, lang)}
    return sum((line.visual, line.k) not in translated for line in files.lines(protocol, split, human(asked), asked))


def _notes(
    dataset: NrccrDataset, protocol: str, items: dict[str, int], languages: dict[str, dict[str, str | int | float]]
) -> dict[str, str]:
    """Where the files hold another number than was published; a part of the data is no error."""
    notes = {}
    for split, published in dataset.layout.protocols[protocol].published.items():
        if published.items is not None and published.items != items[split]:
            notes[f"{split} items"] = f"{items[split]:,}; published: {published.items:,}"
        notes.update(_caption_notes(split, published, languages))
    return notes


def _caption_notes(split: str, published: Counts, languages: dict[str, dict[str, str | int | float]]) -> dict[str, str]:
    return {
        f"{split} captions, {lang}": f"{row[split]:,}; published: {published.captions[lang]:,}"
        for lang, row in languages.items()
        if lang in published.captions and row[split] and row[split] != published.captions[lang]
    }
