"""Which compiled language pairs lead from where to where."""

from __future__ import annotations

from typing import Final

from crossret_translators.apertium.pairs import PAIRS, Pair

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

# Croatian, Bosnian and Serbian share a mode, and with it answers.
HOPS: Final[dict[str, Pair]] = {
    mode: next(pair for pair in PAIRS if pair.mode == mode)
    for table in (OUT_OF_ENGLISH, BACK, INTO_ENGLISH)
    for route in table.values()
    for mode in route
}
