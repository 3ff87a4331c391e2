"""The translations that a caption has: by several translators, routes and alternatives, each with its way back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from crossret.contracts.data import Caption
from crossret.contracts.translation import Route, Translation, Translator
from crossret.errors import DataError
from crossret.recipe.models import VariantsRecipe
from crossret.translation.fill import no_route, translate_captions
from crossret.translation.words import bare

UnknownWords = Literal["keep", "drop-words", "drop-captions"]


@dataclass(frozen=True, slots=True)
class Way:
    """One way from a caption to its translation, and home again.

    Attributes:
        back: the way home; ``None``: none is asked for.
    """

    translator: Translator
    there: Route
    back: Route | None


@dataclass(frozen=True, slots=True)
class Variant:
    """One translation of a caption.

    Attributes:
        target: the translation, never failed.
        back: its back-translation; ``None``: none was asked for.
    """

    target: Translation
    back: Translation | None


def ways_between(
    translators: Sequence[Translator], source: str, target: str, most_routes: int, *, back: bool
) -> list[Way]:
    """The best routes of every translator; the first translator's best comes first.

    A translator after the first may have none, or no way back: then it adds nothing.

    Raises:
        DataError: the first has no route, or no way back that is asked for.
    """
    first, *others = translators
    if not first.routes(source, target):
        raise no_route(first, source, target)
    useful = [first, *(other for other in others if not back or other.routes(target, source))]
    return [
        Way(translator, route, way_back(translator, route) if back else None)
        for translator in useful
        for route in translator.routes(source, target)[:most_routes]
    ]


def way_back(translator: Translator, there: Route) -> Route:
    """The best route home by the engines of the way there; by others if these have none.

    Raises:
        DataError: there is none.
    """
    start, end = there.hops[0].source, there.hops[-1].target
    routes = translator.routes(end, start)
    if not routes:
        raise no_route(translator, end, start)
    engines = {hop.engine for hop in there.hops}
    return next((route for route in routes if {hop.engine for hop in route.hops} == engines), routes[0])


def variants_of(captions: Sequence[Caption], ways: Sequence[Way], recipe: VariantsRecipe) -> list[list[Variant]]:
    """The different translations of every caption, those of the first way first; none if all failed.

    Raises:
        DataError: a translator breaks its contract.
    """
    found: list[dict[str, Variant]] = [{} for _ in captions]
    for way in ways:
        answers = translate_captions(captions, way.translator, way.there)
        for rank in range(1 + recipe.alternatives):
            _add(found, captions, [_of_rank(answer, rank) for answer in answers], way)
    return [list(variants.values()) for variants in found]


def _add(
    found: list[dict[str, Variant]], captions: Sequence[Caption], answers: Sequence[Translation | None], way: Way
) -> None:
    """Add every caption's answer, if it has one and it is a new one."""
    new = [(i, answer) for i, answer in enumerate(answers) if answer is not None and answer.text not in found[i]]
    backs: Sequence[Translation | None] = [None] * len(new)
    if way.back is not None and new:
        lang = way.there.hops[-1].target
        texts = [replace(captions[i], lang=lang, text=answer.text) for i, answer in new]
        backs = translate_captions(texts, way.translator, way.back)
    for (i, answer), back in zip(new, backs, strict=True):
        found[i][answer.text] = Variant(answer, back)


def _of_rank(answer: Translation, rank: int) -> Translation | None:
    """The translation itself (rank 0) or one of its alternatives."""
    if answer.status == "failed" or rank > len(answer.alternatives):
        return None
    if rank == 0:
        return answer
    text, score = answer.alternatives[rank - 1]
    return replace(answer, text=text, score=score) if text.strip() else None


def without_unknown(variants: Sequence[Variant], treatment: UnknownWords) -> list[Variant]:
    """Variants with their unknown words, without these, or only the fully known ones.

    A variant of unknown words only is left out rather than empty.
    """
    if treatment == "keep":
        return list(variants)
    if treatment == "drop-captions":
        return [variant for variant in variants if not variant.target.unknown]
    shortened = [replace(variant, target=_shortened(variant.target)) for variant in variants]
    return [variant for variant in shortened if variant.target.text]


def check_words_are_told(variants: Sequence[Sequence[Variant]]) -> None:
    """Refuse to leave out words that translators count but do not tell.

    Raises:
        DataError: with the first translation that has some.
    """
    doubtful = [variant.target for found in variants for variant in found if variant.target.unknown]
    if doubtful and not any(translation.unknown_words for translation in doubtful):
        raise DataError(
            f"translation {doubtful[0].text!r} has {doubtful[0].unknown} unknown words, but its translator does not "
            "tell which; translation.unknown_words: drop-words needs one that does"
        )


def _shortened(translation: Translation) -> Translation:
    if not translation.unknown_words:
        return translation
    dropped = {bare(word) for word in translation.unknown_words}
    kept = " ".join(word for word in translation.text.split() if bare(word) not in dropped)
    return replace(translation, text=kept, unknown=0, unknown_words=())
