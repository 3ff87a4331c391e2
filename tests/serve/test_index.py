from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
import webdataset
from PIL import Image
from starlette.testclient import TestClient

from crossret.errors import UsageError
from crossret.index.asking import StoredIndex
from crossret.index.embedding import Progress
from crossret.index.making import Order, make_index
from crossret.plugins import registry
from crossret.serve.app import application
from crossret.serve.limits import LOOPBACK
from crossret.serve.models import Shelf

from .conftest import BASE, Run

QUIET = Progress(lambda line: None, lambda *_: None)


@pytest.fixture(scope="module")
def maker(shelf: Shelf) -> str:
    """The model that makes the indexes: not the one that comes first."""
    return list(shelf.models)[1]


@pytest.fixture(scope="module")
def folders(shelf: Shelf, maker: str, run: Run, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Indexes of the test gallery: as a data set, and as shards."""
    work = tmp_path_factory.mktemp("indexes")
    with webdataset.TarWriter(str(work / "shapes.tar"), encoder=False) as writer:
        for path in sorted((run.small.data / "images").glob("test-*.png")):
            writer.write({"__key__": f"in/{path.stem}", "json": b"{}", "png": path.read_bytes()})
    checkpoint, found = shelf.searcher(maker).checkpoint, (work / "gallery", work / "shards")
    for out, data, options in zip(
        found, ("shapes", str(work / "shapes.tar")), ({"root": str(run.small.data)}, {}), strict=True
    ):
        order = Order(data, options, None, None, None, "float32", None, 64.0, 0.95)
        make_index(checkpoint, shelf.models[maker].path, order, out, QUIET)
    return found


@pytest.fixture(scope="module")
def indexed(shelf: Shelf, folders: tuple[Path, Path]) -> Iterator[TestClient]:
    own = Shelf(list(shelf.models.values()), registry(), "cpu")
    for folder in folders:
        own.add_index(StoredIndex(folder, registry()))
    with TestClient(application(own, rate=0, hosts=LOOPBACK), base_url=BASE) as client:
        yield client


def test_an_index_is_a_place_to_search_in_of_the_model_that_made_it(indexed: TestClient, maker: str) -> None:
    galleries = {model["id"]: model["galleries"] for model in indexed.get("/api/models").json()["models"]}
    assert galleries.pop(maker) == ["test", "index: gallery", "index: shards"]
    assert list(galleries.values()) == [["test"]]


@pytest.mark.parametrize("gallery", ["index: gallery", "index: shards"])
def test_it_finds_what_the_gallery_has_and_shows_its_pictures(
    indexed: TestClient, maker: str, gallery: str, run: Run
) -> None:
    params = {"model": maker, "text": "aro azul", "lang": "es", "top": "5"}
    expected = indexed.get("/api/search", params=params).json()["hits"]
    answer = indexed.get("/api/search", params=params | {"gallery": gallery})
    assert answer.status_code == 200, answer.text
    found = answer.json()["hits"]
    assert [hit["item"].removeprefix("in/") for hit in found] == [hit["item"] for hit in expected]
    assert [hit["score"] for hit in found] == pytest.approx([hit["score"] for hit in expected], abs=1e-5)
    picture = indexed.get(found[0]["picture"])
    assert picture.headers["content-type"] == "image/webp"
    same = indexed.get(expected[0]["picture"])
    assert picture.content == same.content
    assert Image.open(io.BytesIO(picture.content)).size == (32, 32)


@pytest.mark.parametrize(
    ("path", "changes", "says"),
    [
        ("/api/picture", {"item": "24"}, "unknown item '24'"),
        ("/api/picture", {"item": "-1"}, "unknown item '-1'"),
        ("/api/picture", {"item": "../../etc/passwd"}, "unknown item"),
        ("/api/picture", {"item": "0", "gallery": "index: other"}, "unknown index 'index: other'"),
        ("/api/search", {"text": "aro", "lang": "es", "gallery": "index: other"}, "unknown gallery 'index: other'"),
    ],
)
def test_what_is_not_in_it_is_refused(
    indexed: TestClient, maker: str, path: str, changes: dict[str, str], says: str
) -> None:
    answer = indexed.get(path, params={"model": maker, "gallery": "index: gallery"} | changes)
    assert answer.status_code == 404
    assert says in answer.json()["error"]


def test_an_index_of_another_model_is_refused(shelf: Shelf, maker: str, folders: tuple[Path, Path]) -> None:
    index = StoredIndex(folders[0], registry())
    others = {name: model for name, model in shelf.models.items() if name != maker}
    with pytest.raises(UsageError, match=rf"gallery: made with checkpoint {index.manifest.model.fingerprint[:8]} "):
        Shelf(list(others.values()), registry(), "cpu").add_index(index)
    with pytest.raises(UsageError, match=r"asked with [0-9a-f]{8}; embeddings of two models cannot be compared"):
        index.check_made_by(shelf.searcher(next(iter(others))).checkpoint)
