from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from zipfile import ZipFile

import pytest
import webdataset
from processes import Crossret
from small_data import Small

import crossret_emoji
from crossret.bench.checkpoints import Checkpoint, read_checkpoint
from crossret.plugins import plugins, registry

DRAWINGS = Path(crossret_emoji.__file__).parent / "data" / "images" / "twemoji.zip"


@pytest.fixture(scope="session")
def checkpoint(crossret: Crossret, small: Small, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small model, trained."""
    out = tmp_path_factory.mktemp("indexed")
    words = ("--suite", small.suite, "--lang", "es", "--set", "training.epochs=30", "--out", out)
    ended = crossret("train", "translate-train", *words)
    assert ended.code == 0, ended.err
    return Path(ended.out.strip())


@pytest.fixture(scope="session")
def model(checkpoint: Path, small: Small, tmp_path_factory: pytest.TempPathFactory) -> Checkpoint:
    """That model, in this process."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(small.packages))
        one_file = tmp_path_factory.mktemp("plugin") / "crossret_plugins.py"
        one_file.write_text("from shapes_plugin.plugin import register_datasets\n")
        if "shapes" not in {c.name for c in registry() if c.kind == "dataset"}:
            plugins().load_file(one_file)
        found = read_checkpoint(checkpoint, registry(), "cpu")
        # Its data set is imported while the plugin's folder is known.
        assert found.assembly.dataset.protocols
        return found


@pytest.fixture(scope="session")
def pictures() -> dict[str, bytes]:
    """Drawings of the emoji data as they are shipped, by name."""
    with ZipFile(DRAWINGS) as archive:
        return {Path(name).stem: archive.read(name) for name in sorted(archive.namelist())}


def write_tar(path: Path, samples: Mapping[str, Mapping[str, bytes]]) -> None:
    """A WebDataset shard: by key, contents by ending."""
    with webdataset.TarWriter(str(path), encoder=False) as writer:
        for key, files in samples.items():
            writer.write({"__key__": key, **files})


def write_tars(folder: Path, pictures: Mapping[str, bytes], count: int, each: int) -> list[Path]:
    """Some shards of drawings."""
    folder.mkdir(exist_ok=True)
    names = list(pictures)
    paths = [folder / f"shard-{number:03}.tar" for number in range(count)]
    for number, path in enumerate(paths):
        chosen = [names[(number * each + place) % len(names)] for place in range(each)]
        write_tar(path, {f"{number:03}-{name}": {"webp": pictures[name]} for name in chosen})
    return paths
