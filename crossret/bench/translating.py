"""Translates a data set's captions once, for all methods that will read them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from crossret import __version__
from crossret.bench.components import dataset_of, protocol_in, translator_of
from crossret.contracts.data import Dataset
from crossret.contracts.translation import Translator
from crossret.plugins import Plugins
from crossret.recipe.models import TextSources
from crossret.registry import Component
from crossret.translation.parts import Part, Wanted, Watch, translated_parts, wanted_of
from crossret.translation.provenance import Origin


@dataclass(frozen=True)
class Texts:
    """A data set under a protocol, and who translates its captions."""

    sources: TextSources
    dataset: Dataset
    protocol: str
    translator: Translator


def texts_of(sources: TextSources, plugins: Plugins) -> Texts:
    """Build data set and translator.

    Raises:
        UsageError: one of them, an option or the protocol does not exist.
        ComponentError: one of them cannot be used here; the line says what to install.
    """
    dataset = dataset_of(sources.data, plugins.registry)
    protocol = protocol_in(dataset, sources.data)
    translator = translator_of(sources.translation, sources.data.dataset, dataset, plugins.registry)
    return Texts(sources, dataset, protocol, translator)


def wanted_in(texts: Texts, languages: Sequence[str], splits: Sequence[str], *, back: bool, queries: bool) -> Wanted:
    """What to translate; errors as of :func:`crossret.translation.parts.wanted_of`."""
    return wanted_of(texts.dataset, texts.protocol, languages, splits, back=back, queries=queries)


def translate(texts: Texts, wanted: Wanted, watch: Watch) -> list[Part]:
    """Everything that is wanted; errors as of :func:`crossret.translation.parts.translated_parts`."""
    return list(translated_parts(wanted, texts.translator, watch))


def origin_of(texts: Texts, plugins: Plugins, command: str) -> Origin:
    """Who translated what."""
    data, translation = texts.sources.data, texts.sources.translation
    chain = plugins.registry.chain("translator", translation.translator)
    dataset = plugins.registry.get("dataset", data.dataset)
    return Origin(
        dataset={
            "name": data.dataset,
            "options": data.options,
            "protocol": texts.protocol,
            "fingerprint": texts.dataset.fingerprint(),
            "licence": dataset.meta.licence,
        },
        translator={
            "name": translation.translator,
            "options": translation.options,
            "fingerprint": texts.translator.fingerprint(),
            "licence": " AND ".join(c.meta.licence for c in chain if c.meta.licence),
        },
        versions=_versions([dataset, *chain], plugins),
        command=command,
    )


def _versions(components: Sequence[Component], plugins: Plugins) -> dict[str, str]:
    """Versions of crossret and of the distributions that the components came with."""
    used = {component.distribution for component in components}
    return {"crossret": __version__} | {
        row.distribution: row.version for row in plugins.rows if row.distribution in used
    }
