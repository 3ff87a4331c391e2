"""What the cache lacks, found out without asking anybody."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from crossret.contracts.translation import Engine, Hop, Translation
from crossret.translation.cache.file import opened_for_reading
from crossret.translation.cache.hop_table import find_table
from crossret.translation.hop_answers import Watch

Missing = dict[tuple[str, Hop], set[str]]
"""Texts by translator and hop."""

# A private character: no text that was ever translated begins with it.
UNTRANSLATED = "\uf8ff"


@dataclass(frozen=True)
class CountedAnswers:
    """Notes the texts that the cache has no answer for, and stands in for their answers with texts that nobody knows.

    Attributes:
        translator: what the engine is called in a recipe.
        path: the cache's file.
        missing: what is noted.
    """

    engine: Engine
    translator: str
    path: Path
    missing: Missing

    def of(self, texts: Sequence[str], hop: Hop) -> dict[str, Translation]:
        """As :meth:`crossret.translation.hop_answers.HopAnswers.of`.

        Raises:
            CrossretError: the cache cannot be read.
        """
        with opened_for_reading(self.path) as connection:
            table = find_table(connection, hop, self.engine) if connection else None
            found = table.read(texts) if table else {}
        unknown = [text for text in texts if text not in found]
        self.missing.setdefault((self.translator, hop), set()).update(unknown)
        return found | {text: Translation(f"{UNTRANSLATED}{hop.target} {text}", "ok") for text in unknown}

    def watched(self, watch: Watch) -> CountedAnswers:
        """Nobody is asked, so there is nothing to tell."""
        return self
