"""What the data set says about itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from crossret.contracts.data import Description
from crossret.errors import DataError
from crossret_emoji.concepts import Concept
from crossret_emoji.counting import count_protocol
from crossret_emoji.languages import Language
from crossret_emoji.layout import CARD
from crossret_emoji.protocols import protocol_rule

LICENCE: Final = "Unicode-3.0 AND Apache-2.0 AND MIT AND CC-BY-4.0"
SOURCE: Final = "Unicode CLDR 48.2, Iconify copies of six emoji designs, Apertium of Debian 12"


def describe(root: Path, protocol: str, concepts: Sequence[Concept], languages: Mapping[str, Language]) -> Description:
    """Counts of a protocol's splits, one row per language, and the data card.

    Raises:
        UsageError: there is no such protocol.
        DataError: the data card cannot be read.
    """
    summary = protocol_rule(protocol).summary
    counts = {
        f"{split} {what}": number
        for split, numbers in count_protocol(protocol, concepts).items()
        for what, number in numbers.items()
    }
    rows = {code: _row(language) for code, language in languages.items()}
    return Description(counts, rows, _card(root), {"protocol": summary, "licence": LICENCE, "source": SOURCE})


def _row(language: Language) -> dict[str, str | int | float]:
    return {
        "name": language.english_name,
        "script": language.script,
        "names": language.names,
        "keywords": language.keywords,
        "names same as en": language.names_same_as_en,
        "keywords same as en": language.keywords_same_as_en,
    }


def _card(root: Path) -> str:
    try:
        return (root / CARD).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"{CARD}: cannot be read in {root} ({error}); expected the data card") from error
