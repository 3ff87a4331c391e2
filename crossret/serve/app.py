"""The page and the API over a shelf of models."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager
from functools import partial
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Route

from crossret.errors import CrossretError, reason, unknown
from crossret.serve import messages
from crossret.serve.limits import Guard, Rate, RefusedError, body_of, error_response
from crossret.serve.models import Served, Shelf, facts_of
from crossret.serve.openapi import UPLOADS, document
from crossret.serve.pictures import Pictures, uploaded
from crossret.serve.searches import address, search
from crossret.serve.together import Together

Endpoint = Callable[[Request], Awaitable[Response]]
Query = TypeVar("Query", bound=BaseModel)
T = TypeVar("T")
PAGE = Path(__file__).parent / "page"
FILES = {"/": "index.html", "/page.css": "page.css", "/page.js": "page.js", "/icon.svg": "icon.svg"}


class Service:
    """Answers requests: models are asked on one thread, pictures are read on another, so neither shares its state."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf
        self._pictures = Pictures()

    @contextmanager
    def working(self) -> Iterator[None]:
        """Threads for what is computed; at the end, what is under way is waited for."""
        with ThreadPoolExecutor(1, "asking") as self._asking, ThreadPoolExecutor(1, "reading") as self._reading:
            self._searches: Together[messages.SearchQuery, messages.Pictures] = Together(
                self._asking, partial(search, self._shelf)
            )
            yield

    async def models(self, request: Request) -> Response:
        """Every model."""
        _parsed(request, messages.Nothing)
        return JSONResponse({"models": [facts_of(model) for model in self._shelf.models.values()]})

    async def search(self, request: Request) -> Response:
        """Pictures for a text."""
        asked = _parsed(request, messages.SearchQuery)
        model = self._check(asked.model, asked.lang)
        if asked.gallery not in model.indexes:
            self._check(asked.model, gallery=asked.gallery)
        return _json(await self._searches.ask(asked))

    async def captions(self, request: Request) -> Response:
        """Captions for a picture."""
        asked = _parsed(request, messages.CaptionsQuery)
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind not in UPLOADS:
            raise RefusedError(415, f"content type {kind[:50]!r}; expected one of {', '.join(UPLOADS)}")
        self._check(asked.model, asked.lang, asked.gallery)
        content = await body_of(request)

        def found() -> messages.Captions:
            searcher = self._shelf.searcher(asked.model)
            hits = [
                messages.CaptionHit(
                    rank=hit.rank,
                    text=hit.caption.text,
                    score=hit.score,
                    item=hit.item.id,
                    picture=address(asked.model, hit.item.id),
                )
                for hit in searcher.captions(uploaded(content), asked.lang, asked.gallery, asked.top)
            ]
            return messages.Captions(hits=hits)

        return _json(await _on(self._asking, found))

    async def picture(self, request: Request) -> Response:
        """The picture of an item."""
        asked = _parsed(request, messages.PictureQuery)
        model = self._check(asked.model)
        if asked.gallery is not None and asked.gallery not in model.indexes:
            raise RefusedError(404, str(unknown("index", asked.gallery, model.indexes)))
        content = await _on(self._reading, lambda: self._pictures.of(model, asked.item, asked.gallery))
        return Response(content, media_type="image/webp", headers={"Cache-Control": "private, max-age=3600"})

    def _check(self, name: str, lang: str | None = None, gallery: str | None = None) -> Served:
        if name not in self._shelf.models:
            raise RefusedError(404, str(unknown("model", name, self._shelf.models)))
        model = self._shelf.models[name]
        if lang is not None and lang not in model.languages:
            raise RefusedError(404, str(unknown("language", lang, model.languages)))
        if gallery is not None and gallery not in model.galleries:
            raise RefusedError(404, str(unknown("gallery", gallery, model.galleries)))
        return model


def application(shelf: Shelf, *, rate: float, hosts: Sequence[str]) -> Starlette:
    """The whole application.

    Args:
        shelf: the models.
        rate: requests to the API per second and address; 0: no limit.
        hosts: names under which it may be addressed; empty: any.
    """
    service = Service(shelf)

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        with service.working():
            yield

    async def openapi(request: Request) -> Response:
        return JSONResponse(document(list(shelf.models.values())))

    routes = [
        Route("/api/models", _answering(service.models)),
        Route("/api/search", _answering(service.search)),
        Route("/api/captions", _answering(service.captions), methods=["POST"]),
        Route("/api/picture", _answering(service.picture)),
        Route("/openapi.json", openapi),
        *(Route(path, _file(name)) for path, name in FILES.items()),
    ]
    app = Starlette(routes=routes, lifespan=lifespan, exception_handlers={HTTPException: _refused})
    app.add_middleware(Guard, rate=Rate(rate), hosts=tuple(hosts))
    return app


def _file(name: str) -> Endpoint:
    async def answer(request: Request) -> Response:
        return FileResponse(PAGE / name, headers={"Cache-Control": "no-cache"})

    return answer


def _answering(endpoint: Endpoint) -> Endpoint:
    """An endpoint whose failures are one line each, to the client and, if they are ours, to the terminal."""

    async def answer(request: Request) -> Response:
        try:
            return await endpoint(request)
        except RefusedError as error:
            return error_response(error.status, str(error))
        except CrossretError as error:
            return error_response(422, str(error))
        except Exception as error:
            print(f"crossret: {request.url.path}: {reason(error)}", file=sys.stderr)
            return error_response(500, "this request could not be answered; the server's terminal says why")

    return answer


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return error_response(error.status_code, error.detail, dict(error.headers or {}))


def _parsed(request: Request, query: type[Query]) -> Query:
    """The query of an address; what is there twice or unknown is refused."""
    pairs = request.query_params.multi_items()
    if len(dict(pairs)) < len(pairs):
        raise RefusedError(400, "a parameter is given twice")
    try:
        return query.model_validate(dict(pairs))
    except ValidationError as error:
        first = error.errors()[0]
        raise RefusedError(400, f"{'.'.join(map(str, first['loc']))[:50]}: {first['msg']}") from error


async def _on(thread: ThreadPoolExecutor, work: Callable[[], T]) -> T:
    return await asyncio.get_running_loop().run_in_executor(thread, work)


def _json(answer: BaseModel) -> Response:
    return Response(answer.model_dump_json(), media_type="application/json")
