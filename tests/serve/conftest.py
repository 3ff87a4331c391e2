from __future__ import annotations

import io
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from PIL import Image
from processes import Crossret
from small_data import Small
from starlette.applications import Starlette
from starlette.testclient import TestClient

from crossret.plugins import plugins, registry
from crossret.serve.app import application
from crossret.serve.limits import LOOPBACK
from crossret.serve.models import Shelf, find_models

BASE = "http://127.0.0.1"


@dataclass(frozen=True)
class Run:
    """A finished bench and the data it read."""

    folder: Path
    small: Small

    def picture(self, name: str) -> bytes:
        return (self.small.data / "images" / f"{name}.png").read_bytes()


@pytest.fixture(scope="package")
def run(crossret: Crossret, small: Small, tmp_path_factory: pytest.TempPathFactory) -> Run:
    folder = tmp_path_factory.mktemp("served") / "out"
    methods = "translate-train,all-terms"
    words = (small.suite, "--lang", "es", "--method", methods, "--set", "training.epochs=30", "--out", folder)
    ended = crossret("bench", *words)
    assert ended.code == 0, ended.err
    return Run(folder, small)


@pytest.fixture(scope="package")
def shelf(run: Run, tmp_path_factory: pytest.TempPathFactory) -> Shelf:
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(run.small.packages))
        one_file = tmp_path_factory.mktemp("plugin") / "crossret_plugins.py"
        one_file.write_text(textwrap.dedent("from shapes_plugin.plugin import register_datasets\n"))
        if "shapes" not in {c.name for c in registry() if c.kind == "dataset"}:
            plugins().load_file(one_file)
        models = find_models([run.folder], registry(), "cpu", pytest.fail)
        return Shelf(models, registry(), "cpu")


@pytest.fixture(scope="package")
def app(shelf: Shelf) -> Starlette:
    return application(shelf, rate=0, hosts=LOOPBACK)


@pytest.fixture
def client(app: Starlette) -> Iterator[TestClient]:
    with TestClient(app, base_url=BASE) as opened:
        yield opened


@pytest.fixture
def model(shelf: Shelf) -> str:
    return next(iter(shelf.models))


def png(width: int, height: int) -> bytes:
    file = io.BytesIO()
    Image.new("1", (width, height)).save(file, "PNG")
    return file.getvalue()
