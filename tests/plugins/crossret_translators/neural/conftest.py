from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import tiny_models

MAKERS: dict[str, Callable[[Path], Path]] = {
    "opus": tiny_models.marian,
    "m2m100": tiny_models.m2m100,
    "nllb": tiny_models.nllb,
}


@pytest.fixture(scope="session", params=MAKERS)
def family(request: pytest.FixtureRequest) -> str:
    """Each family of models."""
    return str(request.param)


@pytest.fixture(scope="session")
def folder(family: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny model of the family, as transformers saves it."""
    return MAKERS[family](tmp_path_factory.mktemp("models") / f"tiny-{family}")


@pytest.fixture(scope="session")
def converted(family: str, folder: Path) -> Path:
    """The same model, as CTranslate2's converter writes it."""
    return tiny_models.converted(folder, folder.parent / f"tiny-{family}-converted")


@pytest.fixture(scope="session")
def tagged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An OPUS-MT model of two targets."""
    path = tmp_path_factory.mktemp("models") / "tagged"
    return tiny_models.marian(path, ("fr", "es"), {"fr": ">>fra<<", "es": ">>spa<<"}, steps=500)


@pytest.fixture(scope="session")
def untrained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An untrained OPUS-MT model of two targets, as transformers saves it."""
    tags = {"fr": ">>fra<<", "es": ">>spa<<"}
    return tiny_models.marian(tmp_path_factory.mktemp("models") / "untrained", ("fr", "es"), tags, steps=0)


@pytest.fixture(scope="session")
def opus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An untrained OPUS-MT model of one target, converted."""
    made = tiny_models.marian(tmp_path_factory.mktemp("models") / "opus", steps=0)
    return tiny_models.converted(made, made.parent / "opus-converted")
