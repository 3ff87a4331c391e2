"""Tables of what splits have in common."""

from __future__ import annotations

from crossret.cli.printing import plain_table
from crossret.contracts.rendering import Table
from crossret.data.overlap import AlikeCaptions, Duplicates, Overlap, SharedItems


def overlap_tables(name: str, found: Overlap, near: float) -> tuple[Table, ...]:
    """Items, captions between splits, and equal captions inside one."""
    return (
        plain_table(
            f"Items of {name} in two splits",
            ("first", "second", "items", "for example"),
            map(_items, found.items),
            () if found.items else ("none",),
        ),
        plain_table(
            f"Captions of {name} in two splits",
            ("lang", "first", "second", "captions of second", "identical", f"near (≥ {near:g})", "most alike"),
            map(_alike, found.alike),
            found.unread,
        ),
        plain_table(
            f"Captions of {name} that several subjects of a split have",
            ("lang", "split", "captions", "ambiguous", "different texts", "most frequent"),
            map(_duplicates, found.duplicates),
        ),
    )


def _items(shared: SharedItems) -> tuple[str, ...]:
    return shared.first, shared.second, str(len(shared.ids)), shared.ids[0]


def _alike(alike: AlikeCaptions) -> tuple[str, ...]:
    counts = (alike.captions, alike.identical, alike.near)
    return alike.lang, alike.first, alike.second, *map(str, counts), " | ".join(alike.example or ())


def _duplicates(found: Duplicates) -> tuple[str, ...]:
    return found.lang, found.split, *map(str, (found.captions, found.ambiguous, found.texts)), found.example
