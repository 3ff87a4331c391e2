"""The sequences of languages that served best when they were compared on captions, best first.

Out of English the order is that of round trips, into English that of texts made through another pivot or written by
people: there the way through Spanish beat the one through Catalan in most cases, though it is a hop longer for Catalan.
"""

from __future__ import annotations

from typing import Final

Path = tuple[str, ...]

OUT_OF_ENGLISH: Final[dict[str, tuple[Path, ...]]] = {
    "es": (("en", "es"),),
    "ca": (("en", "ca"),),
    "gl": (("en", "gl"), ("en", "es", "gl")),
    "eo": (("en", "eo"),),
    "an": (("en", "es", "an"), ("en", "ca", "an")),
    "oc": (("en", "ca", "oc"), ("en", "es", "oc")),
    "oc-aranes": (("en", "ca", "oc-aranes"), ("en", "es", "oc-aranes")),
    "oc-gascon": (("en", "ca", "fr", "oc-gascon"),),
    "frp": (("en", "ca", "fr", "frp"),),
    "pt": (("en", "es", "pt"), ("en", "gl", "pt"), ("en", "ca", "pt")),
    "pt-BR": (("en", "es", "pt-BR"),),
    "it": (("en", "es", "it"), ("en", "ca", "it")),
    # Human French references: 47.6 chrF through Catalan, 45.6 through Spanish.
    "fr": (("en", "ca", "fr"), ("en", "es", "fr")),
    "ast": (("en", "es", "ast"),),
    "sc": (("en", "ca", "sc"), ("en", "es", "it", "sc")),
}

INTO_ENGLISH: Final[dict[str, tuple[Path, ...]]] = {
    "es": (("es", "en"),),
    "ca": (("ca", "es", "en"), ("ca", "en")),
    "gl": (("gl", "es", "en"), ("gl", "en")),
    "eo": (("eo", "en"),),
    "an": (("an", "es", "en"), ("an", "ca", "en")),
    "oc": (("oc", "es", "en"), ("oc", "ca", "en")),
    # The exception: texts made through Catalan come back better through Catalan, 25.1 against 23.8 BLEU.
    "oc-aranes": (("oc-aranes", "ca", "en"), ("oc-aranes", "es", "en")),
    "oc-gascon": (("oc-gascon", "fr", "es", "en"), ("oc-gascon", "fr", "ca", "en")),
    "frp": (("frp", "fr", "es", "en"), ("frp", "fr", "ca", "en")),
    "pt": (("pt", "es", "en"), ("pt", "gl", "en"), ("pt", "ca", "en")),
    "pt-BR": (("pt-BR", "es", "en"),),
    "it": (("it", "es", "en"), ("it", "ca", "en")),
    # Human French captions: 42.4 chrF through Spanish, 41.5 through Catalan.
    "fr": (("fr", "es", "en"), ("fr", "ca", "en")),
    "hr": (("hr", "en"),),
    "bs": (("bs", "en"),),
    "sr": (("sr", "en"),),
    "sl": (("sl", "hr", "en"),),
    "mk": (("mk", "en"),),
    "bg": (("bg", "mk", "en"),),
    "is": (("is", "en"),),
    "eu": (("eu", "en"),),
    "br": (("br", "fr", "ca", "en"), ("br", "fr", "es", "en")),
    "ro": (("ro", "es", "en"),),
}


def known_paths(source: str, target: str) -> tuple[Path, ...]:
    """The compared paths of a pair, best first; empty for a pair that was not looked at."""
    if source == "en":
        return OUT_OF_ENGLISH.get(target, ())
    return INTO_ENGLISH.get(source, ()) if target == "en" else ()
