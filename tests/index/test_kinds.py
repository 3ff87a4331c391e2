from __future__ import annotations

import resource
import signal
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from crossret.errors import UsageError
from crossret.index.building import Builder
from crossret.index.kinds import FLAT_UP_TO, HNSW_UP_TO, Kind, Shape, kind_for
from crossret.index.manifest import IndexFile
from crossret.index.measuring import measured
from crossret.index.opened import OpenIndex

from .clusters import KEYS, MEMORY, built, clustered, cut, oracle

COUNT, WIDTH = 3000, 32
ROWS = clustered(COUNT, WIDTH)
VECTORS = cut(ROWS, 1100, 1100, 2000)
QUERIES = clustered(40, WIDTH, seed=1)
EXACT = oracle(ROWS, QUERIES, 100)


@dataclass(frozen=True)
class Built:
    folder: Path
    shape: Shape
    files: list[IndexFile]

    def opened(self) -> OpenIndex:
        return OpenIndex(self.folder, self.files, self.shape, VECTORS)


@pytest.fixture(scope="module", params=["hnsw", "ivfpq"])
def index(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Built:
    kind: Kind = request.param
    folder = tmp_path_factory.mktemp(kind)
    shape = Shape.of(kind, COUNT, WIDTH, False, MEMORY)
    return Built(folder, shape, built(VECTORS, shape, folder, shard_size=1250))


def share(found: np.ndarray, k: int) -> float:
    return sum(len({*a[:k]} & {*b[:k]}) for a, b in zip(found.tolist(), EXACT.tolist(), strict=True)) / k / len(found)


def test_what_is_found_has_exact_scores_in_order(index: Built) -> None:
    rows, scores = index.opened().search(QUERIES, 10, index.shape.efforts()[-1])
    np.testing.assert_allclose(scores, np.take_along_axis(QUERIES @ ROWS.T, rows, 1), atol=1e-6)
    assert (np.diff(scores, axis=1) <= 0).all()
    assert share(rows, 10) > 0.9


def test_the_reported_recall_is_what_brute_force_says(index: Built) -> None:
    opened = index.opened()
    found = measured(opened, QUERIES, 0.5, MEMORY)
    assert found.queries == 20
    for k, recall in found.recall.items():
        rows, _ = opened.search(QUERIES[1::2], k, found.effort)
        expected = np.mean([len({*a} & {*b[:k]}) / k for a, b in zip(rows.tolist(), EXACT[1::2].tolist(), strict=True)])
        assert recall == pytest.approx(float(expected))


def test_who_wants_all_searches_harder(index: Built) -> None:
    opened = index.opened()
    least, most = (measured(opened, QUERIES, target, MEMORY) for target in (0.0, 1.1))
    assert least.effort == index.shape.efforts()[0]
    assert most.effort == index.shape.efforts()[-1]
    assert most.recall[10] >= least.recall[10]


def test_files_are_mapped_not_read(index: Built) -> None:
    opened = index.opened()
    mapped = Path("/proc/self/maps").read_text()
    assert len(index.files) == 3
    for file in index.files:
        assert str(index.folder / file.file) in mapped
    del opened


def test_building_again_keeps_the_files_and_a_change_makes_only_those_after_it(index: Built, tmp_path: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in index.folder.iterdir()}
    assert built(VECTORS, index.shape, index.folder, shard_size=1250) == index.files
    assert {path: path.stat().st_mtime_ns for path in index.folder.iterdir()} == before
    if index.shape.kind == "hnsw":
        keys = (*KEYS[:-1], "changed")
        files = Builder(VECTORS, keys, index.shape, tmp_path, MEMORY, 1250).build()
        assert [a.file == b.file for a, b in zip(files, index.files, strict=True)] == [True, False, False]


def test_the_kind_follows_the_number() -> None:
    sizes = (1, FLAT_UP_TO, FLAT_UP_TO + 1, HNSW_UP_TO, HNSW_UP_TO + 1)
    assert [kind_for(size) for size in sizes] == ["flat", "flat", "hnsw", "hnsw", "ivfpq"]


@pytest.mark.parametrize("width", [1, 5, 12, 13, 512, 1536])
def test_codes_divide_every_width(width: int) -> None:
    assert width % Shape.of("ivfpq", 1000, width, False, MEMORY).codes == 0


def test_what_does_not_fit_the_memory_is_refused(tmp_path: Path) -> None:
    shape = Shape.of("flat", COUNT, WIDTH, False, 0.1)
    with pytest.raises(UsageError, match=r"2,000 vectors of kind flat take more than .+; at most 819 fit"):
        Builder(VECTORS, KEYS, shape, tmp_path, 0.1, 2000).build()
    with pytest.raises(UsageError, match="needs 256 vectors to learn its codes, found 100"):
        Shape.of("ivfpq", 100, WIDTH, False, MEMORY)


@pytest.fixture
def small_files() -> Iterator[None]:
    """As on a full disk: no file may grow beyond 100 kB."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, hard))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    signal.signal(signal.SIGXFSZ, handler)


@pytest.mark.usefixtures("small_files")
def test_a_full_disk_is_named_and_leaves_nothing_half_written(tmp_path: Path) -> None:
    shape = Shape.of("flat", COUNT, WIDTH, False, MEMORY)
    with pytest.raises(OSError, match="File too large") as caught:
        built(VECTORS, shape, tmp_path)
    assert str(caught.value.filename).endswith(".faiss")
    assert list(tmp_path.iterdir()) == []
