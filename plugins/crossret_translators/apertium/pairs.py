"""Which mode of the engine translates what: the one place where its codes and BCP-47 meet."""

from __future__ import annotations

from typing import Final, NamedTuple


class Pair(NamedTuple):
    """One direction of a language pair, the engine's mode for it and the Debian package that brings the mode."""

    source: str
    target: str
    mode: str
    package: str


# Left out of Debian 12: eng-hbs and what lies behind it (half of the words are marked, and hbs-mkd hangs on them);
# es-eo and ca-eo (they name files that are not there); pairs that lead neither to English nor away from it.
PAIRS: Final = (
    Pair("en", "es", "eng-spa", "apertium-eng-spa"),
    Pair("es", "en", "spa-eng", "apertium-eng-spa"),
    Pair("en", "ca", "eng-cat", "apertium-eng-cat"),
    Pair("ca", "en", "cat-eng", "apertium-eng-cat"),
    Pair("en", "gl", "en-gl", "apertium-en-gl"),
    Pair("gl", "en", "gl-en", "apertium-en-gl"),
    Pair("en", "eo", "en-eo", "apertium-eo-en"),
    Pair("eo", "en", "eo-en", "apertium-eo-en"),
    Pair("es", "ca", "spa-cat", "apertium-spa-cat"),
    Pair("ca", "es", "cat-spa", "apertium-spa-cat"),
    Pair("es", "gl", "es-gl", "apertium-es-gl"),
    Pair("gl", "es", "gl-es", "apertium-es-gl"),
    Pair("es", "an", "spa-arg", "apertium-spa-arg"),
    Pair("an", "es", "arg-spa", "apertium-spa-arg"),
    Pair("ca", "an", "cat-arg", "apertium-arg-cat"),
    Pair("an", "ca", "arg-cat", "apertium-arg-cat"),
    Pair("es", "oc", "es-oc", "apertium-oc-es"),
    Pair("oc", "es", "oc-es", "apertium-oc-es"),
    Pair("ca", "oc", "ca-oc", "apertium-oc-ca"),
    Pair("oc", "ca", "oc-ca", "apertium-oc-ca"),
    Pair("es", "oc-aranes", "es-oc_aran", "apertium-oc-es"),
    Pair("oc-aranes", "es", "oc_aran-es", "apertium-oc-es"),
    Pair("ca", "oc-aranes", "ca-oc_aran", "apertium-oc-ca"),
    Pair("oc-aranes", "ca", "oc_aran-ca", "apertium-oc-ca"),
    Pair("fr", "oc-gascon", "fra-oci_gascon", "apertium-oci-fra"),
    Pair("oc-gascon", "fr", "oci_gascon-fra", "apertium-oci-fra"),
    Pair("es", "pt", "es-pt", "apertium-es-pt"),
    Pair("pt", "es", "pt-es", "apertium-es-pt"),
    Pair("es", "pt-BR", "es-pt_BR", "apertium-es-pt"),
    Pair("pt-BR", "es", "pt-es", "apertium-es-pt"),
    Pair("gl", "pt", "gl-pt", "apertium-pt-gl"),
    Pair("pt", "gl", "pt-gl", "apertium-pt-gl"),
    Pair("ca", "pt", "cat-por", "apertium-por-cat"),
    Pair("pt", "ca", "por-cat", "apertium-por-cat"),
    Pair("es", "it", "spa-ita", "apertium-spa-ita"),
    Pair("it", "es", "ita-spa", "apertium-spa-ita"),
    Pair("ca", "it", "cat-ita", "apertium-cat-ita"),
    Pair("it", "ca", "ita-cat", "apertium-cat-ita"),
    Pair("es", "fr", "es-fr", "apertium-fr-es"),
    Pair("fr", "es", "fr-es", "apertium-fr-es"),
    Pair("ca", "fr", "cat-fra", "apertium-fra-cat"),
    Pair("fr", "ca", "fra-cat", "apertium-fra-cat"),
    Pair("fr", "frp", "fra-frp", "apertium-fra-frp"),
    Pair("frp", "fr", "frp-fra", "apertium-fra-frp"),
    # Nothing leads back from Asturian or Sardinian.
    Pair("es", "ast", "spa-ast", "apertium-spa-ast"),
    Pair("ca", "sc", "cat-srd", "apertium-cat-srd"),
    Pair("it", "sc", "ita-srd", "apertium-srd-ita"),
    # Nothing usable leads to the following sources.
    Pair("hr", "en", "hbs-eng", "apertium-hbs-eng"),
    Pair("bs", "en", "hbs-eng", "apertium-hbs-eng"),
    Pair("sr", "en", "hbs-eng", "apertium-hbs-eng"),
    Pair("sl", "hr", "slv-hbs", "apertium-hbs-slv"),
    Pair("mk", "en", "mkd-eng", "apertium-mkd-eng"),
    Pair("bg", "mk", "bul-mkd", "apertium-mkd-bul"),
    Pair("is", "en", "isl-eng", "apertium-isl-eng"),
    Pair("eu", "en", "eu-en", "apertium-eu-en"),
    Pair("br", "fr", "br-fr", "apertium-br-fr"),
    Pair("ro", "es", "ro-es", "apertium-es-ro"),
)

LANGUAGES: Final = tuple(sorted({language for pair in PAIRS for language in pair[:2]}))
_BY_ENDS: Final = {(pair.source, pair.target): pair for pair in PAIRS}


def pair_between(source: str, target: str) -> Pair | None:
    """The pair that leads from one language to another in one hop, installed or not."""
    return _BY_ENDS.get((source, target))
