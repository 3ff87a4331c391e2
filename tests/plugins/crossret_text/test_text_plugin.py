from __future__ import annotations

import subprocess
import sys

import pytest

import crossret_text.plugin
from crossret.errors import ComponentError
from crossret.plugins import Plugins


def test_registers_text_encoders_and_a_baseline() -> None:
    plugins = Plugins()
    plugins.add("text", crossret_text.plugin)
    assert plugins.registry.names("text-encoder") == ("hf", "subword-tiny")
    assert plugins.registry.names("baseline") == ("hf",)
    assert len(list(plugins.registry)) == 3


def test_dimension_is_the_one_announced() -> None:
    plugins = Plugins()
    plugins.add("text", crossret_text.plugin)
    encoder = plugins.registry.build("text-encoder", "subword-tiny", max_tokens=8)
    assert encoder.dimension == plugins.registry.get("text-encoder", "subword-tiny").meta.dimension


def test_builds_a_model_by_its_name(bert: str) -> None:
    plugins = Plugins()
    plugins.add("text", crossret_text.plugin)
    encoder = plugins.registry.build("text-encoder", f"hf:{bert}", train_layers=[1], max_tokens=8)
    assert encoder.dimension == 16


def test_missing_library_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    plugins = Plugins()
    plugins.add("text", crossret_text.plugin)
    for module in ("crossret_text.transformer", "crossret_text.loading"):
        monkeypatch.delitem(sys.modules, module, raising=False)
    monkeypatch.setitem(sys.modules, "transformers", None)
    with pytest.raises(ComponentError, match=r"pip install 'crossret\[hf\]'"):
        plugins.registry.build("text-encoder", "hf:some/model")


def test_registration_stays_light() -> None:
    heavy = ("torch", "numpy", "PIL", "transformers", "crossret_text.subword")
    code = f"import sys, crossret_text.plugin; print([m for m in {heavy} if m in sys.modules])"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"
