"""Pictures for many texts at once, whatever models and galleries they ask."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from urllib.parse import urlencode

from crossret.bench.searcher import Hit, Searcher
from crossret.contracts.data import Item
from crossret.errors import CrossretError
from crossret.serve.messages import PictureHit, Pictures, SearchQuery
from crossret.serve.models import Shelf

Place = tuple[str, str | None]


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
        found = _pictures(shelf.searcher(model), list(read.values()), gallery, most)
        for (number, text), hits in zip(read.items(), found, strict=True):
            answers[number] = hits if isinstance(hits, Exception) else _message(asked[number], text, hits)
    return [answers[number] for number in range(len(asked))]


def _pictures(
    searcher: Searcher, texts: Sequence[str], gallery: str | None, count: int
) -> Sequence[list[Hit] | Exception]:
    """What is found for each text. One that cannot be read does not keep the others from their answer."""
    try:
        return searcher.pictures(texts, gallery, count)
    except CrossretError as error:
        if len(texts) == 1:
            return [error]
        return [_pictures(searcher, [text], gallery, count)[0] for text in texts]


def _message(asked: SearchQuery, text: str, hits: Sequence[Hit]) -> Pictures:
    return Pictures(
        asked=text,
        hits=[
            PictureHit(
                rank=hit.rank,
                item=hit.item.id,
                score=hit.score,
                caption=hit.caption,
                picture=address(asked.model, hit.item),
            )
            for hit in hits[: asked.top]
        ],
    )


def address(model: str, item: Item) -> str:
    """Where the picture of an item is."""
    return f"/api/picture?{urlencode({'model': model, 'item': item.id})}"
