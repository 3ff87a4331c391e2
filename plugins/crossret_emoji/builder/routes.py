"""Which compiled language pairs lead from where to where."""

from __future__ import annotations

from typing import Final, NamedTuple

# Serbo-Croatian, the common source of the pair for Croatian, Bosnian and Serbian.
SERBO_CROATIAN: Final = "hbs"


class Hop(NamedTuple):
    """One mode of the engine and the Debian package that holds it."""

    source: str
    target: str
    package: str


HOPS: Final = {
    "eng-spa": Hop("en", "es", "apertium-eng-spa"),
    "spa-eng": Hop("es", "en", "apertium-eng-spa"),
    "eng-cat": Hop("en", "ca", "apertium-eng-cat"),
    "en-gl": Hop("en", "gl", "apertium-en-gl"),
    "gl-es": Hop("gl", "es", "apertium-es-gl"),
    "cat-fra": Hop("ca", "fr", "apertium-fra-cat"),
    "fr-es": Hop("fr", "es", "apertium-fr-es"),
    "es-pt": Hop("es", "pt", "apertium-es-pt"),
    "pt-es": Hop("pt", "es", "apertium-es-pt"),
    "spa-ita": Hop("es", "it", "apertium-spa-ita"),
    "ita-spa": Hop("it", "es", "apertium-spa-ita"),
    "cat-srd": Hop("ca", "sc", "apertium-cat-srd"),
    "cat-spa": Hop("ca", "es", "apertium-spa-cat"),
    "hbs-eng": Hop(SERBO_CROATIAN, "en", "apertium-hbs-eng"),
    "slv-hbs": Hop("sl", SERBO_CROATIAN, "apertium-hbs-slv"),
    "mkd-eng": Hop("mk", "en", "apertium-mkd-eng"),
    "bul-mkd": Hop("bg", "mk", "apertium-mkd-bul"),
    "isl-eng": Hop("is", "en", "apertium-isl-eng"),
    "eu-en": Hop("eu", "en", "apertium-eu-en"),
    "ro-es": Hop("ro", "es", "apertium-es-ro"),
}

Route = tuple[str, ...]

OUT_OF_ENGLISH: Final[dict[str, Route]] = {
    "es": ("eng-spa",),
    "ca": ("eng-cat",),
    "gl": ("en-gl",),
    "fr": ("eng-cat", "cat-fra"),
    "pt": ("eng-spa", "es-pt"),
    "it": ("eng-spa", "spa-ita"),
    "sc": ("eng-cat", "cat-srd"),
}
# Where there is a choice, the way back takes another pivot than the way out.
BACK: Final[dict[str, Route]] = {
    "es": ("spa-eng",),
    "ca": ("cat-spa", "spa-eng"),
    "gl": ("gl-es", "spa-eng"),
    "fr": ("fr-es", "spa-eng"),
    "pt": ("pt-es", "spa-eng"),
    "it": ("ita-spa", "spa-eng"),
    "sc": (),
}
INTO_ENGLISH: Final[dict[str, Route]] = {
    **{lang: route for lang, route in BACK.items() if route},
    "hr": ("hbs-eng",),
    "bs": ("hbs-eng",),
    "sr": ("hbs-eng",),
    "sl": ("slv-hbs", "hbs-eng"),
    "mk": ("mkd-eng",),
    "bg": ("bul-mkd", "mkd-eng"),
    "is": ("isl-eng",),
    "eu": ("eu-en",),
    "ro": ("ro-es", "spa-eng"),
}
