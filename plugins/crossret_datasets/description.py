"""What a published data set says about itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crossret.contracts.data import Description
from crossret_datasets.facts import Facts, Rules

if TYPE_CHECKING:
    from crossret_datasets.files_dataset import FilesDataset


def describe(dataset: FilesDataset, protocol: str, rules: Rules) -> Description:
    """Counts as published, what of it is at hand, and the data card."""
    facts = dataset.facts
    counts = {f"{name} items": part.items for name, part in rules.parts.items()}
    counts["text files at hand"] = sum((dataset.root / name).is_file() for name in facts.texts)
    counts["text files in all"] = len(facts.texts)
    languages = dict.fromkeys(lang for part in rules.parts.values() for lang in part.captions)
    rows: dict[str, dict[str, str | int | float]] = {
        lang: {f"{name} captions": _shown(part.captions.get(lang, 0)) for name, part in rules.parts.items()}
        for lang in languages
    }
    extra = {"protocol": rules.summary, "licence": facts.licence, "source": facts.source}
    return Description(counts, rows, card(facts), extra)


def _shown(count: int | None) -> str | int:
    return "not published" if count is None else count


def card(facts: Facts) -> str:
    """The data card."""
    parts = [
        f"# {facts.title}",
        f"Name in recipes: `{facts.name}`. Source: {facts.source}",
        f"**Licence.** {facts.licence}. {facts.terms}",
        f"**Pictures.** {facts.pictures}",
    ]
    fetched = sum(len(download.results) for download in facts.downloads)
    parts.append(f"**Texts.** `crossret data fetch {facts.name}` gets {fetched} files from where they were published.")
    protocols = [f"- `{name}`: {rules.summary}" for name, rules in facts.protocols.items()]
    parts += ["## Protocols\n\n" + "\n".join(protocols)]
    if facts.notes:
        parts.append("## Good to know\n\n" + "\n".join(f"- {note}" for note in facts.notes))
    return "\n\n".join(parts) + "\n"
