"""The page itself: chapters through a template, with styles and script inside."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from crossret import __version__
from crossret.report.chapters import Chapter
from crossret.report.section import Absent

TEMPLATES = "templates"


def title_of(suites: Sequence[str]) -> str:
    """What a page about suites is called; the page itself lists all of them."""
    first, *others = suites
    if not others:
        return first
    return f"{first} and {others[0]}" if len(others) == 1 else f"{first} and {len(others)} more suites"


def page(title: str, command: str, chapters: Sequence[Chapter]) -> str:
    """One self-contained document; every text of records and data is escaped.

    Nothing in it can load anything or run a script other than its own: the policy in its head says so to the browser.
    """
    environment = Environment(
        loader=PackageLoader("crossret.report", TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.tests["absent"] = lambda part: isinstance(part, Absent)
    script = _own("report.js")
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode("ascii")
    return environment.get_template("report.html").render(
        title=title,
        command=command,
        version=__version__,
        chapters=chapters,
        style=_own("report.css"),
        script=script,
        script_digest=digest,
    )


def _own(name: str) -> Markup:
    """A file of this package, which is no text of anybody else."""
    return Markup((files("crossret.report") / TEMPLATES / name).read_text(encoding="utf-8"))
