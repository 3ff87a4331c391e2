"""Suites: the methods of a leaderboard, over languages and seeds."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field, model_validator

from crossret.errors import nearest
from crossret.recipe.models import Strict
from crossret.recipe.published import PublishedRow

Group = Literal["baseline", "method", "oracle"]


class MethodEntry(Strict):
    """One row of the leaderboard.

    Attributes:
        label: what the table prints; default: the method's name.
        extends: another method of the suite whose recipe this one changes.
        recipe: changes to the suite's recipe; ``null`` switches an objective term off.
        group: under which heading the row stands.
        reference: the row that the others are compared with.
    """

    label: str = ""
    extends: str | None = None
    recipe: dict[str, Any] = Field(default_factory=dict)
    group: Group = "method"
    reference: bool = False


class Suite(Strict):
    """A benchmark: a common recipe, and methods that change it.

    A suite file may also say ``extends: NAME``; it is then laid over that suite before it is checked.

    Attributes:
        name: taken from the file name if missing.
        recipe: changes to the default recipe, common to all methods.
        languages: target languages, BCP-47.
        seeds: number of seeds; the seeds are 0, 1, ….
        published: numbers that others have published for the same test sets; the leaderboard shows them below its own.
    """

    name: str = ""
    summary: str = ""
    languages: tuple[str, ...] = Field(min_length=1)
    seeds: int = Field(1, ge=1)
    recipe: dict[str, Any] = Field(default_factory=dict)
    methods: dict[str, MethodEntry] = Field(min_length=1)
    published: tuple[PublishedRow, ...] = ()

    @model_validator(mode="after")
    def _is_consistent(self) -> Suite:
        for name, method in self.methods.items():
            seen = [name]
            while method.extends is not None:
                if method.extends not in self.methods:
                    raise ValueError(
                        f"method {name!r} extends {method.extends!r}{nearest(method.extends, self.methods)}"
                    )
                if method.extends in seen:
                    raise ValueError(f"methods extend one another in a circle: {' → '.join([*seen, method.extends])}")
                seen.append(method.extends)
                method = self.methods[method.extends]
        if sum(method.reference for method in self.methods.values()) > 1:
            raise ValueError("more than one method is marked as the reference row")
        if len(set(self.languages)) < len(self.languages):
            raise ValueError(f"languages: one is named twice in {', '.join(self.languages)}")
        return self

    def lineage(self, name: str) -> list[dict[str, Any]]:
        """Changes that lead to a method's recipe, the most general first."""
        changes: list[dict[str, Any]] = []
        current: str | None = name
        while current is not None:
            entry = self.methods[current]
            changes.append(entry.recipe)
            current = entry.extends
        return [self.recipe, *reversed(changes)]


def suite_file_schema() -> dict[str, Any]:
    """JSON schema of a suite file: one that extends another may leave anything out, and set its methods to null."""
    schema = Suite.model_json_schema()
    schema["properties"]["extends"] = {"title": "Extends", "type": "string"}
    methods = schema["properties"]["methods"]
    methods["additionalProperties"] = {"anyOf": [methods["additionalProperties"], {"type": "null"}]}
    del methods["minProperties"]
    schema["anyOf"] = [{"required": schema.pop("required")}, {"required": ["extends"]}]
    return schema
