"""Pictures for many texts at once, whatever models and galleries they ask."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from urllib.parse import urlencode

from crossret.bench.searcher import Hit, Searcher
from crossret.errors import CrossretError
from crossret.index.asking import IndexHit, StoredIndex
from crossret.serve.messages import PictureHit, Pictures, SearchQuery
from crossret.serve.models import Shelf

Place = tuple[str, str | None]
Find = Callable[[Sequence[str], int], list[list[PictureHit]]]
"""So many hits for each text."""


def search(shelf: Shelf, asked: Sequence[SearchQuery]) -> list[Pictures | Exception]:
    """One answer per query, or the error that is its answer; queries of one model and gallery are read together."""
    answers: dict[int, Pictures | Exception] = {}
    texts: dict[Place, dict[int, str]] = defaultdict(dict)
    for number, query in enumerate(asked):
        try:
            searcher = shelf.searcher(query.model)
            texts[query.model, query.gallery][number] = searcher.asked_as(query.text, query.lang, query.query)
        except CrossretError as error:
            answers[number] = error
    for (model, gallery), read in texts.items():
        most = max(asked[number].top for number in read)
        index = shelf.models[model].indexes.get(gallery or "")
        find = (
            _in_gallery(model, shelf.searcher(model), gallery)
            if index is None
            else _in_index(model, shelf.searcher(model), str(gallery), index)
        )
        found = _hits(find, list(read.values()), most)
        for (number, text), hits in zip(read.items(), found, strict=True):
            answers[number] = (
                hits if isinstance(hits, Exception) else Pictures(asked=text, hits=hits[: asked[number].top])
            )
    return [answers[number] for number in range(len(asked))]


def _hits(find: Find, texts: Sequence[str], count: int) -> Sequence[list[PictureHit] | Exception]:
    """What is found for each text. One that cannot be read does not keep the others from their answer."""
    try:
        return find(texts, count)
    except CrossretError as error:
        if len(texts) == 1:
            return [error]
        return [_hits(find, [text], count)[0] for text in texts]


def _in_gallery(model: str, searcher: Searcher, gallery: str | None) -> Find:
    def message(hit: Hit) -> PictureHit:
        where = address(model, hit.item.id)
        return PictureHit(rank=hit.rank, item=hit.item.id, score=hit.score, caption=hit.caption, picture=where)

    return lambda texts, count: [[*map(message, hits)] for hits in searcher.pictures(texts, gallery, count)]


def _in_index(model: str, searcher: Searcher, name: str, index: StoredIndex) -> Find:
    def message(hit: IndexHit) -> PictureHit:
        where = address(model, str(hit.row), gallery=name)
        return PictureHit(rank=hit.rank, item=hit.id, score=hit.score, caption=hit.shows, picture=where)

    checkpoint = searcher.checkpoint
    return lambda texts, count: [[*map(message, hits)] for hits in index.pictures(checkpoint, texts, count)]


def address(model: str, item: str, **more: str) -> str:
    """Where the picture of an item is: by its id, or by its row in an index."""
    return f"/api/picture?{urlencode({'model': model, 'item': item} | more)}"
