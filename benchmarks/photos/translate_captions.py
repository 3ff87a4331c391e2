"""Translates the human captions of multi30k-f8k's training photos into English, for the queries of its large gallery.

    python benchmarks/photos/translate_captions.py DATA OUT

writes ``OUT/apertium/fr2en.tsv.gz`` and ``OUT/apertium/pt-BR2en.tsv.gz``; then
``crossret bench multi30k-f8k-queries --set data.options.root=DATA --set data.options.translations=OUT``. Needs Debian's
``apertium apertium-fr-es apertium-es-pt apertium-eng-spa`` and takes about two minutes.
"""

from __future__ import annotations

import gzip
import sys
from collections.abc import Sequence
from pathlib import Path

from crossret.contracts.data import Caption
from crossret_datasets.photos.dataset import Photos
from crossret_emoji.builder.answers import AnswerStore
from crossret_emoji.builder.translator import Translated, Translator
from crossret_translators.apertium.engine import ApertiumEngine

ROUTES = {"fr": ("fr-es", "spa-eng"), "pt-BR": ("pt-es", "spa-eng")}
COLUMNS = ("id", "split", "protocol", "k", "status", "n_tok", "unknown", "unknown_words", "text")


def main(data: Path, out: Path) -> None:
    """Translate every language."""
    translator = Translator(ApertiumEngine(), AnswerStore(out / "answers.json"))
    photos = Photos(str(data))
    for lang, route in ROUTES.items():
        captions = photos.captions("official", "train", lang)
        write(out / f"apertium/{lang}2en.tsv.gz", captions, translator.route(route, [c.text for c in captions]))


def write(path: Path, captions: Sequence[Caption], translations: Sequence[Translated]) -> None:
    """One row per caption, as in the data's own files."""
    path.parent.mkdir(parents=True, exist_ok=True)
    rows = [
        (c.subject, "train", "task1", "0", t.status, str(len(c.text.split())), str(t.unknown), "-", t.text)
        for c, t in zip(captions, translations, strict=True)
    ]
    table = "".join("\t".join(row) + "\n" for row in [COLUMNS, *rows])
    path.write_bytes(gzip.compress(table.encode(), mtime=0))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
