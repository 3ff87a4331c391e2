"""Machine translations recorded beside the captions, by engine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from crossret.contracts.data import Caption
from crossret.contracts.translation import Hop, Route, Status, Translation
from crossret.errors import DataError, nearest
from crossret_datasets.photos.captions import Key, key_of_caption, same_sentence
from crossret_datasets.photos.layout import SOURCE
from crossret_datasets.photos.tables import read_rows

# Best first.
ENGINES = ("bergamot", "google-2016", "baidu-2016", "apertium")
# The engines were asked for Portuguese without a country.
ENGINE_CODES: Mapping[str, str] = {"pt-BR": "pt"}
STATUSES: Mapping[str, Status] = {"ok": "ok", "copied": "copied", "failed": "failed"}
NO_ANSWER = Translation("", "failed")


@dataclass
class RecordedTranslations:
    """Answers captions from files named like ``mt/apertium/en2fr.tsv.gz``.

    Attributes:
        root: the data set's folder.
        folders: folders with one sub-folder per engine; a later one adds rows to an earlier one.
    """

    root: Path
    folders: Sequence[Path]
    _read: dict[tuple[str, str], dict[Key, Translation]] = field(default_factory=dict)

    def routes(self, source: str, target: str) -> tuple[Route, ...]:
        """One route per engine that has the pair."""
        found = [engine for engine in ENGINES if any(self._files(engine, name) for name in _names(source, target))]
        return tuple(Route((Hop(engine, source, target),)) for engine in found)

    def answers(self, captions: Sequence[Caption], route: Route) -> list[Translation]:
        """One answer per caption; ``failed`` for a training caption (or its translation) without a record.

        Raises:
            DataError: a file is malformed, or a human caption in another language has no record: a query cannot be
                left out, and asked in its own language it would measure something else.
        """
        (hop,) = route.hops
        direct, back = _names(hop.source, hop.target)
        found, missing = [], []
        for caption in captions:
            lang, key = key_of_caption(caption.id)
            answer = self._rows(hop.engine, direct if lang == hop.source else back).get(key)
            if answer is None and lang != SOURCE:
                missing.append(caption)
            found.append(answer or NO_ANSWER)
        if missing:
            raise DataError(
                f"{len(missing)} of {len(captions)} {hop.source} captions have no translation by {hop.engine}, the "
                f"first is {missing[0].id!r}; put them into {hop.engine}/{direct}.tsv.gz of a folder and name that in "
                "data.options.translations"
            )
        return found

    def _files(self, engine: str, name: str) -> list[Path]:
        paths = [folder / engine / f"{name}.tsv.gz" for folder in self.folders] if name else []
        return [path for path in paths if path.is_file()]

    def _rows(self, engine: str, name: str) -> dict[Key, Translation]:
        if (engine, name) not in self._read:
            rows: dict[Key, Translation] = {}
            for path in self._files(engine, name):
                rows |= read_translations(path)
            self._read[engine, name] = self._with_same_sentences(rows)
        return self._read[engine, name]

    def _with_same_sentences(self, rows: dict[Key, Translation]) -> dict[Key, Translation]:
        """An engine that was given another caption protocol has translated our sentence there."""
        others = {protocol for _, protocol, _ in rows} - {"task1"}
        if any(protocol == "task1" for _, protocol, _ in rows) or not others:
            return rows
        (other,) = others
        return rows | {own: rows[key] for own, key in same_sentence(self.root, other).items() if key in rows}


def _names(source: str, target: str) -> tuple[str, str]:
    """File of translations of human captions, and of translations of translations (empty if there can be none)."""
    if source == SOURCE:
        return f"{source}2{ENGINE_CODES.get(target, target)}", ""
    return f"{source}2{target}", f"{target}2{ENGINE_CODES.get(source, source)}2{target}"


def read_translations(path: Path) -> dict[Key, Translation]:
    """Translations by the caption they are of.

    Raises:
        DataError: the file is malformed, or a row has an unknown status or number.
    """
    rows: dict[Key, Translation] = {}
    for line, row in read_rows(path, ("id", "protocol", "k", "text")):
        where = f"{path}:{line}"
        # Rows of Flickr8k-CN are numbered by Flickr8k; -1: the sentence is none of Multi30K's.
        protocol, number = ("task2", row["task2_k"]) if "task2_k" in row else (row["protocol"], row["k"])
        if number == "-1":
            continue
        if not number.isdecimal():
            raise DataError(f"{where}: caption number {number!r}; expected a number")
        status = STATUSES.get(row.get("status", "ok"))
        if status is None:
            raise DataError(f"{where}: unknown status {row['status']!r}{nearest(row['status'], STATUSES)}")
        if not row["text"].strip() and status != "failed":
            raise DataError(f"{where}: empty translation with status {status!r}; expected 'failed'")
        rows[row["id"], protocol, int(number)] = Translation(
            row["text"], status, _unknown(row.get("unknown", "-")), unknown_words=_words(row.get("unknown_words", "-"))
        )
    return rows


def _words(value: str) -> tuple[str, ...]:
    """Unknown words; ``-``: none, or the engine cannot tell."""
    return () if value == "-" else tuple(value.split())


def _unknown(value: str) -> int:
    """Unknown words over all hops, e.g. ``2/1``; 0 where the engine cannot tell."""
    return sum(int(part) for part in value.split("/") if part.isdecimal())
