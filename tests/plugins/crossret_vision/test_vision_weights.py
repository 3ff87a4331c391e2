from __future__ import annotations

from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file
from torch import nn

from crossret.errors import DataError
from crossret_vision.weights import hash_weights, load_weights, read_weights


def network() -> nn.Module:
    return nn.Sequential(nn.Linear(3, 2), nn.BatchNorm1d(2))


class Loud:
    """Would run code when unpickled."""

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return print, ("unpickled",)


@pytest.mark.parametrize("name", ["w.safetensors", "w.pt", "wrapped.pt"])
def test_reads_what_was_saved(tmp_path: Path, name: str) -> None:
    state, path = network().state_dict(), tmp_path / name
    if name.endswith(".safetensors"):
        save_file(state, path)
    else:
        torch.save({"state_dict": state, "epoch": 3} if name == "wrapped.pt" else state, path)
    found = network()
    load_weights(found, read_weights(str(path)), str(path))
    for key, tensor in found.state_dict().items():
        torch.testing.assert_close(tensor, state[key], rtol=0, atol=0)


def test_code_in_a_file_is_never_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "w.pt"
    torch.save({"state_dict": Loud()}, path)
    with pytest.raises(DataError, match=r"w\.pt: no weights can be read") as caught:
        read_weights(str(path))
    assert "\n" not in str(caught.value)
    assert "unpickled" not in capsys.readouterr().out


@pytest.mark.parametrize("content", [[1, 2], {"a": 1}, {"state_dict": [torch.ones(1)]}])
def test_anything_but_named_tensors_is_an_error(tmp_path: Path, content: object) -> None:
    path = tmp_path / "w.pt"
    torch.save(content, path)
    with pytest.raises(DataError, match="expected a dict of tensors"):
        read_weights(str(path))


@pytest.mark.parametrize("name", ["w.safetensors", "w.pt"])
def test_broken_and_missing_files_are_errors(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    with pytest.raises(DataError, match="no such file"):
        read_weights(str(path))
    path.write_bytes(b"broken")
    with pytest.raises(DataError, match="no weights can be read"):
        read_weights(str(path))


def test_misfits_name_the_first_tensor() -> None:
    state = network().state_dict()
    with pytest.raises(DataError, match=r"f: 1 of 7 tensors are missing, the first is '0\.weight'; did you mean '1\.w"):
        load_weights(network(), {k: v for k, v in state.items() if k != "0.weight"}, "f")
    with pytest.raises(DataError, match=r"1 tensors too many, the first is '0\.wait'; did you mean '0\.weight'"):
        load_weights(network(), {**state, "0.wait": torch.ones(1)}, "f")
    with pytest.raises(DataError, match=r"f: 0\.bias is \(5,\); expected \(2,\)"):
        load_weights(network(), {**state, "0.bias": torch.ones(5)}, "f")


def test_hash_sees_values_names_and_types() -> None:
    one = nn.Linear(2, 2).requires_grad_(False)
    before = hash_weights(one)
    assert hash_weights(nn.Sequential(one)) != before
    assert hash_weights(one) == before
    one.weight[0, 0] += 1
    changed = hash_weights(one)
    assert changed != before
    assert hash_weights(one.bfloat16()) != changed
