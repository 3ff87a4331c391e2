from __future__ import annotations

from itertools import pairwise

import pytest

from crossret_translators.apertium.pairs import LANGUAGES, PAIRS, pair_between
from crossret_translators.apertium.paths import INTO_ENGLISH, OUT_OF_ENGLISH, known_paths
from crossret_translators.apertium.warm_ups import digest, warm_up


def test_every_pair_has_one_mode() -> None:
    assert len({(pair.source, pair.target) for pair in PAIRS}) == len(PAIRS)
    assert pair_between("ca", "oc-aranes") == ("ca", "oc-aranes", "ca-oc_aran", "apertium-oc-ca")
    assert pair_between("en", "hr") is None


def test_every_step_of_a_path_is_a_pair() -> None:
    for source, target, paths in (
        *(("en", target, paths) for target, paths in OUT_OF_ENGLISH.items()),
        *((source, "en", paths) for source, paths in INTO_ENGLISH.items()),
    ):
        assert known_paths(source, target) == paths
        for path in paths:
            assert (path[0], path[-1]) == (source, target)
            assert all(pair_between(*step) for step in pairwise(path)), path


def test_every_language_has_a_path_and_nothing_else_has() -> None:
    assert {"en", *OUT_OF_ENGLISH, *INTO_ENGLISH} == set(LANGUAGES)
    assert known_paths("fr", "pt") == known_paths("en", "hr") == ()


def test_the_way_back_prefers_spanish() -> None:
    assert known_paths("en", "fr")[0] == ("en", "ca", "fr")
    assert known_paths("fr", "en")[0] == ("fr", "es", "en")


@pytest.mark.parametrize("language", sorted({pair.source for pair in PAIRS}))
def test_every_source_language_has_a_warm_up(language: str) -> None:
    texts = warm_up(language)
    assert len(texts) == (40 if language == "br" else 600)
    assert all(text.strip() for text in texts)


def test_the_warm_up_of_english_never_changes() -> None:
    assert digest("en") == "119c6988bfb6f5e4d24ba02eb3deaf7d43041f1b2414b314871271761ca90d1d"
