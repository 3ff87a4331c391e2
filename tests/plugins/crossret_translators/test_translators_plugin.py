from __future__ import annotations

import subprocess
import sys

import crossret_translators.plugin
from crossret.contracts.translation import Engine, Translator
from crossret.plugins import Plugins


def test_registers_the_translators() -> None:
    plugins = Plugins()
    plugins.add("translators", crossret_translators.plugin)
    names = "apertium argos bergamot ctranslate2 file identity noise recorded transformers"
    assert " ".join(plugins.registry.names("translator")) == names
    assert len(list(plugins.registry)) == len(names.split())


def test_builds_every_translator() -> None:
    plugins = Plugins()
    plugins.add("translators", crossret_translators.plugin)
    assert isinstance(plugins.registry.build("translator", "identity"), Translator)
    assert isinstance(plugins.registry.build("translator", "file", path="none.csv"), Translator)
    assert isinstance(plugins.registry.build("translator", "apertium"), Engine)


def test_registration_stays_light() -> None:
    code = (
        "import sys, crossret_translators.plugin; "
        "print([m for m in ('torch', 'numpy', 'PIL', 'crossret_translators.file') if m in sys.modules])"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"
