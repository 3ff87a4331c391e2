"""Translates a data set's captions once, for all methods that will read them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from crossret import __version__
from crossret.bench.components import dataset_of, protocol_in, translator_of
from crossret.contracts.data import Dataset, TranslatedDataset
from crossret.contracts.translation import DocumentedEngine, Translator
from crossret.errors import DataError, UsageError, unknown
from crossret.plugins import Plugins
from crossret.recipe.models import TextSources
from crossret.registry import Component
from crossret.translation.parts import Part, Wanted, Watch, translated_parts, wanted_of
from crossret.translation.provenance import Origin
from crossret.translation.reachable import route_out
from crossret.translation.routed_translator import RoutedTranslator
from crossret.translation.survey import Surveyed


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


def with_shipped_translations(sources: TextSources, plugins: Plugins) -> TextSources:
    """The sources with a translator that reads what comes with the data: a file of texts, or answers by caption.

    Raises:
        UsageError: no translations come with the data.
    """
    dataset = dataset_of(sources.data, plugins.registry)
    if dataset.translations() is not None:
        name = "file"
    elif isinstance(dataset, TranslatedDataset):
        name = "recorded"
    else:
        raise UsageError(f"data set {sources.data.dataset!r} comes without translations: name a translator with --via")
    return sources.model_copy(update={"translation": sources.translation.model_copy(update={"translator": name})})


def wanted_in(texts: Texts, languages: Sequence[str], splits: Sequence[str], *, back: bool, queries: bool) -> Wanted:
    """What to translate; errors as of :func:`crossret.translation.parts.wanted_of`."""
    return wanted_of(texts.dataset, texts.protocol, languages, splits, back=back, queries=queries)


def languages_in(texts: Texts, wanted: Sequence[str]) -> tuple[str, ...]:
    """The languages to measure: those wanted, or all of the data set that a route leads to or from.

    Raises:
        DataError: no route leads to or from one that is wanted, or there is none at all.
    """
    source, known = texts.dataset.source_language, texts.dataset.test_languages(texts.protocol)
    routed = [lang for lang in wanted or known if lang != source and _has_route(texts.translator, source, lang)]
    for lang in wanted:
        if lang not in routed:
            route_out(texts.translator, source, lang, known)
    if not routed:
        raise DataError(
            f"translator {texts.sources.translation.translator!r} has no route between {source!r} and a language of "
            f"data set {texts.sources.data.dataset!r}"
        )
    return tuple(routed)


def _has_route(translator: Translator, source: str, lang: str) -> bool:
    return bool(translator.routes(source, lang) or translator.routes(lang, source))


def surveyed_in(texts: Texts, split: str | None, sample: int | None, every_route: bool) -> Surveyed:
    """What to measure: by default training captions out and back, and those of the first gallery home.

    Raises:
        UsageError: no such split.
    """
    info = texts.dataset.protocols[texts.protocol]
    known = info.galleries if info.test_only else ("train", "val", *info.galleries)
    if split is not None and split not in known:
        raise unknown(f"split of protocol {texts.protocol!r}", split, known)
    out, home = split or known[0], split or info.galleries[0]
    return Surveyed(texts.dataset, texts.protocol, out, home, sample, every_route)


def translate(texts: Texts, wanted: Wanted, watch: Watch) -> list[Part]:
    """Everything that is wanted; errors as of :func:`crossret.translation.parts.translated_parts`."""
    return list(translated_parts(wanted, texts.translator, watch))


def origin_of(texts: Texts, parts: Sequence[Part], plugins: Plugins, command: str) -> Origin:
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
        hops=_documented(texts.translator, parts),
        command=command,
    )


def _documented(translator: Translator, parts: Sequence[Part]) -> dict[str, Mapping[str, object]]:
    """What an engine says about the hops that were taken, if it says anything."""
    if not isinstance(translator, RoutedTranslator) or not isinstance(translator.engine, DocumentedEngine):
        return {}
    hops = dict.fromkeys(hop for part in parts for hop in part.route.hops)
    return {f"{hop.source} → {hop.target}": translator.engine.provenance(hop) for hop in hops}


def _versions(components: Sequence[Component], plugins: Plugins) -> dict[str, str]:
    """Versions of crossret and of the distributions that the components came with."""
    used = {component.distribution for component in components}
    return {"crossret": __version__} | {
        row.distribution: row.version for row in plugins.rows if row.distribution in used
    }
