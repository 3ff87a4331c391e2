"""Components registered in the hook of another kind, or that cannot be built, each told in one line."""

from __future__ import annotations

from pathlib import Path

import pytest
from processes import Crossret
from small_data import Small

from .odd_plugin import LOSS, TRANSLATOR, bench, installed

pytestmark = pytest.mark.slow
KINDS = {
    "loss as encoder": (
        ("register_text_encoders", "gap", "Gap", LOSS.replace("ANSWER", "value").replace("context", "context=None")),
        ("source-only", "model.text.encoder=gap"),
        "text-encoder 'gap' of plugin 'odd' (crossret-odd): expected crossret.contracts.text.TextEncoder, found an "
        "object of class Gap without 'dimension', 'fingerprint', 'tokenize'; it looks like a loss: is it registered in "
        "the right hook?",
    ),
    "baseline as loss": (
        (
            "register_losses",
            "chance",
            "Odd",
            "class Odd:\n        def __init__(self, context): ...\n        "
            "def embed(self, captions, descriptions): ...\n        def fingerprint(self): ...",
        ),
        ("source-only", "objective.gap.loss=chance"),
        "expected crossret.contracts.loss.Term, found an object of class Odd without 'views', '__call__'; it "
        "looks like a baseline: is it registered in the right hook?",
    ),
    "translator as data": (
        (
            "register_datasets",
            "upper",
            "Upper",
            TRANSLATOR.replace("def routes", "def __init__(self, root): ...\n\n        def routes"),
        ),
        ("source-only", "data.dataset=upper"),
        "expected crossret.contracts.data.Dataset, found an object of class Upper without ",
    ),
    "no module": (
        (
            "register_text_encoders",
            "frozen",
            "Frozen",
            "class Frozen:\n        dimension = 3\n        "
            "def fingerprint(self): ...\n        def tokenize(self, texts): ...\n        "
            "def __call__(self, tokens): ...",
        ),
        ("source-only", "model.text.encoder=frozen"),
        "text-encoder 'frozen' of plugin 'odd' (crossret-odd): expected a torch.nn.Module, found an object of class "
        "Frozen",
    ),
    "constructor": (
        ("register_losses", "gap", "Gap", "class Gap:\n        def __init__(self, context):\n            1 / 0"),
        ("source-only", "objective.gap.loss=gap"),
        "loss 'gap' of plugin 'odd' (crossret-odd) cannot be built: ZeroDivisionError: division by zero (",
    ),
    "missing module": (
        ("register_losses", "gap", "Gap", "import nobody_has_it"),
        ("source-only", "objective.gap.loss=gap"),
        "loss 'gap' of plugin 'odd' (crossret-odd) cannot be loaded from odd_component:Gap: No module named "
        "'nobody_has_it' (",
    ),
}


@pytest.mark.parametrize("what", KINDS)
def test_what_is_no_component_of_its_kind(crossret: Crossret, small: Small, tmp_path: Path, what: str) -> None:
    plugin, words, said = KINDS[what]
    packages = installed(tmp_path / "site", *plugin)
    ended = bench(crossret, small, packages, tmp_path / "out", *words)
    assert ended.code == 1
    assert said in ended.line


@pytest.mark.parametrize("hook", ["register_executors", "register_renderers"])
def test_an_executor_or_a_renderer_of_the_wrong_kind(
    crossret: Crossret, small: Small, tmp_path: Path, hook: str
) -> None:
    program = "class Odd:\n        def __init__(self, workers=None): ..."
    packages = installed(tmp_path / "site", hook, "odd", "Odd", program)
    paths = {"PYTHONPATH": f"{packages}:{crossret.environment()['PYTHONPATH']}"}
    if hook == "register_renderers":
        ended = crossret("components", "--format", "odd", **paths)
        said = (
            "renderer 'odd' of plugin 'odd' (crossret-odd): expected crossret.contracts.rendering.Renderer, found an "
        )
        assert ended.line == f"{said}object of class Odd without 'render'"
    else:
        ended = crossret("bench", small.suite, "--executor", "odd", **paths)
        said = (
            "executor 'odd' of plugin 'odd' (crossret-odd): expected crossret.contracts.execution.Executor, found an "
        )
        assert ended.line == f"{said}object of class Odd without 'run'"
