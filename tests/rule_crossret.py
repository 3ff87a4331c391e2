"""``crossret`` in processes of its own, with the small data set and the engine made by rule."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

from processes import Crossret, Ended
from rule_engine import asked

TESTS = Path(__file__).parent


@dataclass(frozen=True)
class RuleCrossret:
    """Calls that the engine's calls are counted of.

    Attributes:
        data: the small data set, or a changed copy.
    """

    crossret: Crossret
    data: Path

    @property
    def calls(self) -> Path:
        return self.crossret.folder / "calls.tsv"

    def asked(self) -> list[tuple[str, str, str]]:
        return asked(self.calls)

    def settings(self, **options: object) -> list[str]:
        """``--set``s of a recipe that names the engine."""
        given = {"calls": self.calls, "pairs": "en-es es-en", **options}
        recipe = [f"data.options.root={self.data}", "translation.translator=rule", "training.epochs=1"]
        recipe += [f"translation.options.{name}={value}" for name, value in given.items()]
        return [word for setting in recipe for word in ("--set", setting)]

    def translate(self, *words: object, via: str = "rule", option: str = "", **environment: str) -> Ended:
        return self(*self.translation(*words, via=via, option=option), **environment)

    def translation(self, *words: object, via: str = "rule", option: str = "") -> list[object]:
        """The words of a translation of the source captions into Spanish and back."""
        to = ("shapes", "--to", "es", "--back", "--via", via, "--option", option or f"calls={self.calls}")
        return ["translate", *to, "--set", f"data.options.root={self.data}", "--overwrite", *words]

    def cache(self, *words: object, **environment: str) -> Ended:
        return self("translate", "cache", *words, **environment)

    def __call__(self, *words: object, **environment: str) -> Ended:
        return self.crossret(*words, timeout=600, **self._environment(), **environment)

    def start(self, *words: object, **environment: str) -> subprocess.Popen[str]:
        return self.crossret.start(*words, **self._environment(), **environment)

    def _environment(self) -> dict[str, str]:
        path = (str(TESTS), str(self.crossret.packages), os.environ.get("PYTHONPATH"))
        files = str(TESTS / "rule_engine.py")
        return {"PYTHONPATH": os.pathsep.join(filter(None, path)), "CROSSRET_PLUGIN_FILES": files}
