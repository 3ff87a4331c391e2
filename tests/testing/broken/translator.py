"""Broken translators."""

from __future__ import annotations

from crossret.contracts.translation import Hop, Route, Translation
from crossret.errors import DataError


class Backwards:
    """Writes every word backwards; sound."""

    def routes(self, source, target):
        return (Route((Hop("backwards", source, target),)),) if {source, target} <= {"en", "es", "ru", "zh"} else ()

    def fingerprint(self):
        return "backwards"

    def translate(self, texts, route):
        if any(not text.strip() for text in texts):
            raise DataError("blank")
        return [self.one(text) for text in texts]

    def one(self, text):
        answer = " ".join(word[::-1] for word in text.split())
        return Translation(answer, "copied" if answer.casefold() == text.casefold() else "ok")


class TranslatorDropsRepeats(Backwards):
    def translate(self, texts, route):
        return super().translate(texts, route)[:5]


class TranslatorSilentFailure(Backwards):
    def one(self, text):
        return Translation("", "ok")


class TranslatorSorts(Backwards):
    def translate(self, texts, route):
        return super().translate(sorted(texts), route)


class TranslatorAsciiOnly(Backwards):
    def one(self, text):
        if "🏳" in text:
            raise UnicodeEncodeError("ascii", text, 0, 1, "ordinal not in range")
        return super().one(text)


class TranslatorTakesBlanks(Backwards):
    def translate(self, texts, route):
        return [self.one(text) if text.strip() else Translation("", "failed") for text in texts]


class TranslatorWrongRoute(Backwards):
    def routes(self, source, target):
        return tuple(Route((Hop("backwards", target, source),)) for _ in super().routes(source, target))


class Engine:
    """The same as an engine; sound."""

    name = "backwards"
    chunk = 8
    most_characters = 1000
    order_sensitive = False

    def hops(self):
        return (Hop("backwards", "en", "es"), Hop("backwards", "es", "en"))

    def paths(self, source, target):
        return ()

    def translate_hop(self, texts, hop):
        return [Backwards().one(text) for text in texts]

    def fingerprint(self):
        return "engine"

    def close(self):
        pass


class EngineOtherName(Engine):
    name = "forwards"


class EngineClosedForGood(Engine):
    closed = False

    def close(self):
        self.closed = True

    def translate_hop(self, texts, hop):
        if self.closed:
            raise RuntimeError("the program has ended")
        return super().translate_hop(texts, hop)
