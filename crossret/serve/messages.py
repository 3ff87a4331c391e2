"""What requests may say and what answers look like; the OpenAPI document is made of the same classes."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from crossret.serve.limits import MOST_CHARACTERS

Name = Annotated[str, Field(min_length=1, max_length=200)]
Top = Annotated[int, Field(ge=1, le=50, description="How many to answer.")]


class _Message(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Nothing(_Message):
    """No parameters."""


class SearchQuery(_Message):
    """A text, and whom to ask."""

    model: Name = Field(description="Id of a model.")
    text: str = Field(min_length=1, max_length=MOST_CHARACTERS, pattern=r"\S", description="What to look for.")
    lang: Name = Field(description="Language of the text, BCP-47.")
    query: Literal["target", "translated"] = Field("target", description="Ask with the text, or its translation.")
    gallery: Name | None = Field(None, description="Where to search: a gallery or an index; default: the first.")
    top: Top = 10


class CaptionsQuery(_Message):
    """Whom to ask for captions of the picture in the body."""

    model: Name = Field(description="Id of a model.")
    lang: Name = Field(description="Language of the captions, BCP-47.")
    gallery: Name | None = Field(None, description="Whose captions; default: the first.")
    top: Top = 10


class PictureQuery(_Message):
    """An item of a gallery, or of an index."""

    model: Name = Field(description="Id of a model.")
    item: Name = Field(description="Id of an item; its row in an index.")
    gallery: Name | None = Field(None, description="The index; default: any gallery.")


class Model(_Message):
    """A trained model; without trained languages it read source captions only."""

    id: str
    label: str
    methods: list[str]
    trained: list[str]
    source: str
    seed: int
    languages: list[str]
    galleries: list[str]
    validation: float | None
    dataset: str


class Models(_Message):
    """Every model that is served, the best validated first."""

    models: list[Model]


class PictureHit(_Message):
    """A found item; the caption is in the source language and may be empty."""

    rank: int
    item: str
    score: float
    caption: str
    picture: str


class Pictures(_Message):
    """Found items, best first."""

    asked: str
    hits: list[PictureHit]


class CaptionHit(_Message):
    """A found caption and an item that it describes."""

    rank: int
    text: str
    score: float
    item: str
    picture: str


class Captions(_Message):
    """Found captions, best first."""

    hits: list[CaptionHit]


class Error(_Message):
    """What went wrong, in one line."""

    error: str
