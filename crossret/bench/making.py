"""How a model was made, beyond its recipe: what a checkpoint tells of its training for its model card."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from crossret.bench.devices import environment
from crossret.bench.payload import Origin
from crossret.data.pools import AlignedText, Pool, TrainingSet
from crossret.recipe.models import Recipe
from crossret.translation.copies import copies_in

if TYPE_CHECKING:
    import torch

    from crossret.bench.assembly import Assembly


@dataclass(frozen=True, slots=True)
class LanguageTexts:
    """The training texts of one target language.

    Attributes:
        texts: how many.
        routes: how they were translated; empty for human captions.
        whole: share of translations that equal their source; ``None`` for human captions.
        words: share of their longer words that stand in the source, too.
    """

    language: str
    texts: int
    routes: tuple[str, ...] = ()
    whole: float | None = None
    words: float | None = None


@dataclass(frozen=True, slots=True)
class Making:
    """Where and from what a model was trained.

    Attributes:
        suite: whose method it was first trained for.
        command: that trained it.
        versions: of packages.
        items: pictures or clips trained on.
        source_texts: captions in the source language.
        languages: its target languages.
    """

    suite: str
    command: str
    device: str
    threads: int
    versions: Mapping[str, str]
    protocol: str
    source_language: str
    items: int
    subjects: int
    source_texts: int
    languages: tuple[LanguageTexts, ...]

    @classmethod
    def from_facts(cls, facts: Mapping[str, Any]) -> Making:
        """Back from JSON."""
        languages = tuple(LanguageTexts(**{**one, "routes": tuple(one["routes"])}) for one in facts["languages"])
        return cls(**{**facts, "languages": languages})


def making_of(assembly: Assembly, texts: TrainingSet, device: torch.device, origin: Origin) -> Making:
    """What a training reads, and where."""
    here = environment(device, assembly.recipe.training.precision)
    return Making(
        suite=origin.suite,
        command=origin.command,
        device=here.device,
        threads=here.threads,
        versions=here.versions,
        protocol=assembly.protocol,
        source_language=assembly.dataset.source_language,
        items=sum(map(len, texts.items_of)),
        subjects=len(texts.subjects),
        source_texts=len({text.source for pool in texts.pools.values() for text in _texts(pool)}),
        languages=tuple(_languages(assembly, texts)),
    )


def _languages(assembly: Assembly, texts: TrainingSet) -> Iterator[LanguageTexts]:
    for language, pool in texts.target_pools.items():
        yield LanguageTexts(language, sum(1 for _ in _texts(pool)))
    if texts.target_pools:
        return
    for language, pool in texts.pools.items():
        if language:
            found = [variant for text in _texts(pool) for variant in text.all_variants()]
            copies = copies_in((variant.source, variant.target) for variant in found)
            routes = tuple(_routes(assembly, assembly.recipe, language))
            yield LanguageTexts(language, copies.texts, routes, copies.whole, copies.words)


def _texts(pool: Pool) -> Iterator[AlignedText]:
    for subject in pool.values():
        yield from (*subject.sentences, *subject.fragments)


def _routes(assembly: Assembly, recipe: Recipe, language: str) -> Sequence[str]:
    source, most = assembly.dataset.source_language, recipe.translation.variants.routes
    translators = (assembly.translator, *assembly.further_translators)
    return [str(route) for translator in translators for route in translator.routes(source, language)[:most]]
