"""Answers of hops that are asked once and kept: by all processes together, each text by one of them."""

from __future__ import annotations

import contextlib
import sqlite3
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from crossret.contracts.translation import Engine, Hop, Translation
from crossret.recipe.models import TranslatorRecipe
from crossret.translation.cache.file import opened
from crossret.translation.cache.hop_table import HopTable, find_table, table_of
from crossret.translation.cache.owners import new_owner
from crossret.translation.hop_answers import Progress, Watch, ask, chunks, unwatched

FIRST_PAUSE = 0.05
LONGEST_PAUSE = 1.0


@dataclass(frozen=True)
class CachedAnswers:
    """Asks the engine for what the cache has not, and always says what the cache says.

    Every chunk is kept as soon as it is answered. A text that fails is asked once more, apart from the others; then it
    is kept as failed and not asked again. What another process is at is waited for.

    Attributes:
        recipe: what the engine is built from.
        path: the cache's file.
        watch: told when texts are missing, and of every chunk.
    """

    engine: Engine
    recipe: TranslatorRecipe
    path: Path
    watch: Watch = unwatched

    def of(self, texts: Sequence[str], hop: Hop) -> dict[str, Translation]:
        """As :meth:`crossret.translation.hop_answers.HopAnswers.of`.

        Raises:
            CrossretError: the cache cannot be used.
        """
        with opened(self.path) as connection:
            table = find_table(connection, hop, self.engine)
            if table is None:
                table = table_of(connection, hop, self.engine, self.recipe)
            else:
                table.note_use(self.recipe)
            found = table.read(texts)
            missing = [text for text in texts if text not in found]
            if missing:
                self._fill(table, missing, hop)
                found |= table.read(missing)
        return found

    def watched(self, watch: Watch) -> CachedAnswers:
        """As :meth:`crossret.translation.hop_answers.HopAnswers.watched`."""
        return replace(self, watch=watch)

    def _fill(self, table: HopTable, missing: Sequence[str], hop: Hop) -> None:
        owner, total, pause = new_owner(), len(missing), FIRST_PAUSE
        self.watch(Progress(hop, 0, total))
        while missing:
            answered = 0
            for chunk in chunks(missing, self.engine.chunk):
                mine = table.claim(chunk, owner)
                if mine:
                    self._ask(table, mine, hop, owner)
                    answered += len(mine)
                    self.watch(Progress(hop, total - len(missing) + answered, total))
            known = table.read(missing)
            missing = [text for text in missing if text not in known]
            if missing:
                self.watch(Progress(hop, total - len(missing), total))
                time.sleep(pause)
                pause = FIRST_PAUSE if answered else min(2 * pause, LONGEST_PAUSE)

    def _ask(self, table: HopTable, mine: Sequence[str], hop: Hop, owner: str) -> None:
        try:
            answers = ask(self.engine, mine, hop)
            failed = {text: None for text in mine if answers[text].status == "failed"}
            if failed:
                answers |= ask(self.engine, list(failed), hop)
            table.store(answers, {text: 2 if text in failed else 1 for text in mine}, owner)
        except BaseException:
            with contextlib.suppress(sqlite3.Error):
                table.release(owner)
            raise
