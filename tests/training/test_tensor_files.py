from __future__ import annotations

from pathlib import Path

import pytest
import torch

from crossret.errors import DataError
from crossret.training.progress import Progress, Validation
from crossret.training.tensor_files import prefixed, read_tensors, under, write_tensors


def test_tensors_and_facts_come_back(tmp_path: Path) -> None:
    tensors = {
        "bytes": torch.arange(5, dtype=torch.uint8),
        "strided": torch.arange(12.0).view(3, 4).T,
        "scalar": torch.tensor(3),
        "empty": torch.zeros(0, 2),
        "half": torch.ones(2, dtype=torch.bfloat16),
    }
    facts = {"name": "Ünï — \n", "nested": [1, {"best": float("-inf")}], "none": None}
    write_tensors(tmp_path / "deep" / "file", tensors, facts)
    found, told = read_tensors(tmp_path / "deep" / "file")
    assert told == facts
    assert found.keys() == tensors.keys()
    for name, tensor in tensors.items():
        assert found[name].dtype == tensor.dtype
        assert torch.equal(found[name], tensor)


def test_weights_that_two_layers_share_are_written(tmp_path: Path) -> None:
    shared = torch.randn(3, 2)
    write_tensors(tmp_path / "file", {"embedding": shared, "output": shared, "part": shared[1:]}, {})
    found, _ = read_tensors(tmp_path / "file")
    assert torch.equal(found["embedding"], shared)
    assert torch.equal(found["output"], shared)
    assert torch.equal(found["part"], shared[1:])


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="nothing"):
        read_tensors(tmp_path / "nothing")


def test_prefixes_nest() -> None:
    one = torch.tensor(1)
    tensors = prefixed("a", {"x/y": one}) | prefixed("ab", {"z": one})
    assert set(tensors) == {"a/x/y", "ab/z"}
    assert set(under("a", tensors)) == {"x/y"}


def test_progress_survives_as_plain_data() -> None:
    progress = Progress(step=3, best_score=4.5, curve=[Validation(3, 1.0, 0.5, {"a": 0.25}, 4.5)])
    assert Progress.from_facts(progress.to_facts()) == progress
    assert Progress.from_facts(Progress().to_facts()) == Progress()
