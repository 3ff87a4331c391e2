"""An installed plugin with one component, as the test wrote it, and a bench that uses it."""

from __future__ import annotations

import textwrap
from pathlib import Path

from processes import Crossret, Ended
from small_data import Small

PLUGIN = """
    from crossret.hookspecs import hookimpl


    @hookimpl
    def {hook}(register):
        register("{name}", "odd_component:{class_}")
"""
LOSS = """
    import torch


    class Gap:
        views = frozenset(("visual", "source"))

        def __init__(self, context):
            self.steps = 0

        def __call__(self, views):
            self.steps += 1
            value = (views.embeddings["visual"] - views.embeddings["source"]).square().sum(-1).mean()
            return ANSWER
"""
TRANSLATOR = """
    from crossret.contracts.translation import Hop, Route, Translation


    class Upper:
        def routes(self, source, target):
            return (Route((Hop("upper", source, target),)),)

        def translate(self, texts, route):
            answers = [Translation(text.upper(), "ok") for text in texts]
            return ANSWER

        def fingerprint(self):
            return "upper"
"""


def installed(folder: Path, hook: str, name: str, class_: str, component: str) -> Path:
    info = folder / "crossret_odd-2.1.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: crossret-odd\nVersion: 2.1\n")
    (info / "entry_points.txt").write_text("[crossret]\nodd = odd_plugin\n")
    (folder / "odd_plugin.py").write_text(textwrap.dedent(PLUGIN.format(hook=hook, name=name, class_=class_)))
    (folder / "odd_component.py").write_text(textwrap.dedent(component))
    return folder


def bench(crossret: Crossret, small: Small, packages: Path, out: Path, method: str, *settings: str) -> Ended:
    sets = [word for setting in ("training.epochs=1", *settings) for word in ("--set", setting)]
    paths = {"PYTHONPATH": f"{packages}:{crossret.environment()['PYTHONPATH']}"}
    return crossret(
        "bench", small.suite, "--lang", "es", "--method", method, "--executor", "inline", *sets, "--out", out, **paths
    )


def told(ended: Ended, component: str) -> str:
    """What is said of the component, after its name and origin."""
    assert ended.code in (1, 2)
    start = f"{component} of plugin 'odd' (crossret-odd)"
    assert start in ended.line, ended.line
    return ended.line.split(start)[1].removeprefix(": ").split("; what is finished is kept")[0]
