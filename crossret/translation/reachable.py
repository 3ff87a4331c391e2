"""The best route, or a line that says what can be reached instead."""

from __future__ import annotations

from collections.abc import Iterable

from crossret.contracts.translation import Route, Translator
from crossret.errors import DataError, nearest
from crossret.translation.fill import no_route
from crossret.translation.routed_translator import RoutedTranslator


def route_out(translator: Translator, source: str, target: str, known: Iterable[str]) -> Route:
    """The translator's best route out of the source language.

    Args:
        translator: who is asked.
        source: language of the texts.
        target: language they are wanted in.
        known: languages that the line may suggest where there is no route.

    Raises:
        DataError: there is none; the line names what is near, and for an engine what to install.
    """
    routes = translator.routes(source, target)
    if routes:
        return routes[0]
    if isinstance(translator, RoutedTranslator):
        raise no_route(translator, source, target)
    reached = [lang for lang in known if lang != source and translator.routes(source, lang)]
    raise DataError(f"no translation route from {source!r} to {target!r}{_instead(target, reached)}")


def route_home(translator: Translator, lang: str, source: str, known: Iterable[str]) -> Route:
    """The translator's best route back into the source language; arguments and error as of :func:`route_out`."""
    routes = translator.routes(lang, source)
    if routes:
        return routes[0]
    if isinstance(translator, RoutedTranslator):
        raise no_route(translator, lang, source)
    reached = [other for other in known if other != source and translator.routes(other, source)]
    raise DataError(f"no translation route from {lang!r} back to {source!r}{_instead(lang, reached)}")


def _instead(language: str, reached: list[str]) -> str:
    return nearest(language, reached) if reached else "; this translator has none for any language of the data set"
