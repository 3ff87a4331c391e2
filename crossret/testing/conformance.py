"""Runs the checks: all of what a distribution, a plugin or a file registers, or one component."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from crossret.contracts.meta import Example
from crossret.errors import ComponentError, UsageError, nearest, raised_at, reason
from crossret.registry import Component, Registry
from crossret.testing.checks import Check, checks_of
from crossret.testing.outcomes import ConformanceError, NotApplicableError, NotBuiltError, Outcome, Verdict
from crossret.testing.subject import Subject

GivenExample = Example | Callable[[Path], Example]


def run_check(check: Check, subject: Subject) -> Outcome:
    """Do one check; whatever the component raises is a failure that names the line."""
    name = check.__name__

    def outcome(verdict: Verdict, why: object = "") -> Outcome:
        return Outcome(subject.component, name, verdict, " ".join(str(why).split()))

    try:
        check(subject)
    except NotApplicableError as error:
        return outcome("not applicable", error)
    except NotBuiltError as error:
        return outcome("not applicable", f"it cannot be built: {error}")
    except ConformanceError as error:
        return outcome("fail", error)
    except Exception as error:
        place = raised_at(error)
        return outcome("fail", f"expected no error; found {reason(error)}{f' ({place})' if place else ''}")
    return outcome("pass")


def outcomes_of(
    components: Sequence[Component], registry: Registry, examples: Mapping[str, Example] | None = None
) -> Iterator[Outcome]:
    """Every check of every component, one after the other.

    Args:
        components: what is checked.
        registry: where they and what they wrap are registered.
        examples: by name of the component, instead of that of its meta.
    """
    for component in components:
        with tempfile.TemporaryDirectory() as folder:
            example = (examples or {}).get(component.name, component.meta.example)
            subject = Subject(component, example, registry, Path(folder))
            for check in checks_of(component.kind):
                yield run_check(check, subject)


def components_called(name: str, registry: Registry) -> tuple[Component, ...]:
    """What a distribution, a plugin or a plugin file registers, or the components of a name.

    Raises:
        UsageError: nothing is called so.
    """
    for one_is in (_distribution, _plugin, _component):
        found = tuple(component for component in registry if one_is(component) == name)
        if found:
            return found
    known = {text for c in registry for text in (_distribution(c), _plugin(c), _component(c)) if text}
    raise UsageError(f"no distribution, plugin or component {name!r} is loaded{nearest(name, known)}")


def with_argument(name: str, options: Mapping[str, Any], registry: Registry) -> tuple[Component, Example] | None:
    """The component and example that ``timm:resnet18`` or options of the command line mean; ``None`` if neither is."""
    base, colon, argument = name.partition(":")
    if not colon and not options:
        return None
    found = [component for component in registry if component.name == base]
    if len(found) != 1:
        raise UsageError(f"options need the name of one component; {base!r} names {len(found) or 'none'}")
    example = found[0].meta.example
    return found[0], Example(argument or example.argument, {**example.options, **options})


def _distribution(component: Component) -> str:
    return component.distribution


def _plugin(component: Component) -> str:
    return component.plugin


def _component(component: Component) -> str:
    return component.name


def conformance_tests(name: str, examples: Mapping[str, GivenExample] | None = None) -> Callable[..., None]:
    """A test function for pytest: one test per component and check of what ``name`` registers.

    Args:
        name: a distribution, a plugin, a component, or the path of a plugin file.
        examples: by name of the component, how it is built; default: the example of its meta. A function gets an
            empty folder, in which it may write what the options name.

    Raises:
        CrossretError: nothing is called so, or its plugin is broken.
    """
    import pytest

    registry, components = _loaded(name)
    cases = [(component, check) for component in components for check in checks_of(component.kind)]
    ids = [f"{component.kind}-{component.name}-{check.__name__}" for component, check in cases]
    given = dict(examples or {})
    strange = sorted(set(given) - {component.name for component in components})
    if strange:
        raise UsageError(f"example of {strange[0]!r}, which {name!r} does not register")

    @pytest.mark.parametrize(("component", "check"), cases, ids=ids)
    def test_conforms(component: Component, check: Check, tmp_path: Path) -> None:
        example = given.get(component.name, component.meta.example)
        built = example(tmp_path) if callable(example) else example
        outcome = run_check(check, Subject(component, built, registry, tmp_path))
        if outcome.verdict == "not applicable":
            pytest.skip(outcome.reason)
        if outcome.verdict == "fail":
            pytest.fail(str(outcome), pytrace=False)

    return test_conforms


def _loaded(name: str) -> tuple[Registry, tuple[Component, ...]]:
    from crossret.plugins import broken_file, plugins

    loaded = plugins()
    if name.endswith(".py"):
        row = loaded.load_file(Path(name))
        if row.error:
            raise ComponentError(broken_file(row))
        return loaded.registry, components_called(row.distribution, loaded.registry)
    for row in loaded.rows:
        if row.error and name in (row.distribution, row.name):
            raise ComponentError(f"plugin {row.name!r} ({row.distribution}) is broken: {row.error}")
    return loaded.registry, components_called(name, loaded.registry)
