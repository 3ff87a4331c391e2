from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossret.contracts.meta import Meta
from crossret.errors import ComponentError, UsageError, nearest, unknown
from crossret.plugins import hook_of
from crossret.registry import KINDS, Component, Registry


class Plain:
    def __init__(self, context: str, size: int = 3, *, depth: float = 0.5) -> None:
        if size < 1:
            raise ValueError(f"size: expected a positive number, found {size!r}")
        self.context, self.size, self.depth = context, size, depth


class Anything:
    def __init__(self, **options: Any) -> None:
        self.options = options


def component(
    name: str = "plain", target: str = f"{__name__}:Plain", meta: Meta | None = None, **changes: str
) -> Component:
    facts = {"kind": "loss", "plugin": "mine", "distribution": "my-dist"} | changes
    return Component(name=name, target=target, meta=meta or Meta(), **facts)


def registry_of(*components: Component) -> Registry:
    registry = Registry()
    for one in components:
        registry.add(one)
    return registry


def test_a_component_is_built_with_arguments_and_options() -> None:
    built = registry_of(component()).build("loss", "plain", "context", depth=2.0)
    assert (built.context, built.size, built.depth) == ("context", 3, 2.0)


def test_an_argument_comes_first() -> None:
    registry = registry_of(component("with", meta=Meta(argument="MODEL")))
    built = registry.build("loss", "with:a:b/c", size=7)
    assert (built.context, built.size) == ("a:b/c", 7)


@pytest.mark.parametrize(
    ("name", "argument", "said"),
    [
        ("timm", "MODEL", "unknown visual-backbone 'timm'; did you mean 'timm:MODEL'?"),
        ("timm:", "MODEL", "unknown visual-backbone 'timm:'; did you mean 'timm:MODEL'?"),
        ("hog:8", "", "unknown visual-backbone 'hog:8'; did you mean 'hog'?"),
        ("hog:", "", "unknown visual-backbone 'hog:'; did you mean 'hog'?"),
    ],
)
def test_an_argument_stands_where_one_is_taken_and_nowhere_else(name: str, argument: str, said: str) -> None:
    registry = registry_of(component(name.partition(":")[0], meta=Meta(argument=argument), kind="visual-backbone"))
    with pytest.raises(UsageError) as refused:
        registry.get("visual-backbone", name)
    assert str(refused.value) == said


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"sise": 1}, "unknown option of loss 'plain' 'sise'; did you mean 'size'?"),
        ({"context": "again"}, "unknown option of loss 'plain' 'context'; known: depth, size"),
        ({"size": 0}, "loss 'plain': size: expected a positive number, found 0"),
        ({"size": "x"}, "loss 'plain': '<' not supported between instances of 'str' and 'int'"),
    ],
)
def test_options_are_checked_by_name_and_value(options: dict[str, Any], said: str) -> None:
    with pytest.raises(UsageError) as refused:
        registry_of(component()).build("loss", "plain", "context", **options)
    assert str(refused.value) == said


def test_a_component_may_take_any_option() -> None:
    registry = registry_of(component(target=f"{__name__}:Anything"))
    assert registry.build("loss", "plain", whatever=1).options == {"whatever": 1}


def test_names_and_kinds_that_do_not_exist_come_with_the_nearest() -> None:
    registry = registry_of(component("triplet"), component("infonce"), component("other", kind="dataset"))
    with pytest.raises(UsageError, match=r"^unknown loss 'tripplet'; did you mean 'triplet'\?$"):
        registry.get("loss", "tripplet")
    with pytest.raises(UsageError, match=r"^unknown loss 'zzz'; known: infonce, triplet$"):
        registry.get("loss", "zzz")
    with pytest.raises(UsageError, match=r"^unknown kind of component 'losses'; did you mean 'loss'\?$"):
        registry.get("losses", "triplet")
    with pytest.raises(UsageError, match="none is known"):
        registry.get("renderer", "html")


def test_one_name_may_be_of_two_kinds_but_not_of_one_twice() -> None:
    registry = registry_of(component("same"), component("same", kind="dataset"))
    with pytest.raises(ComponentError) as refused:
        registry.add(component("same", plugin="yours", distribution="your-dist"))
    assert str(refused.value) == (
        "loss 'same' is registered twice: by plugin 'mine' (my-dist) and by plugin 'yours' (your-dist)"
    )


@pytest.mark.parametrize("target", ["", "module", "module:", ":Class", "module.Class"])
def test_a_target_is_a_module_and_a_class(target: str) -> None:
    with pytest.raises(ComponentError, match=r"is not 'package\.module:Class'"):
        registry_of(component(target=target))


@pytest.mark.parametrize("name", ["", "a:b"])
def test_a_name_that_nobody_could_ask_for_is_refused(name: str) -> None:
    with pytest.raises(ComponentError, match="empty or has a colon"):
        registry_of(component(name))


def test_components_come_by_kind_and_name() -> None:
    registry = registry_of(
        component("b", kind="renderer"), component("z"), component("a"), component("c", kind="visual-backbone")
    )
    assert [(c.kind, c.name) for c in registry] == [
        ("visual-backbone", "c"), ("loss", "a"), ("loss", "z"), ("renderer", "b")
    ]  # fmt: skip
    assert registry.names("loss") == ("a", "z")


BROKEN = {
    "missing_import": ("import a_library_nobody_has", "No module named 'a_library_nobody_has'"),
    "raises": ("raise RuntimeError('two\\n lines')", "two lines"),
    "syntax": ("class Class(:", "invalid syntax"),
    "no_class": ("", "has no attribute 'Class'"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_module_that_cannot_be_imported_is_one_line_with_a_remedy(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program, said = BROKEN[name]
    (tmp_path / f"broken_{name}.py").write_text(program)
    monkeypatch.syspath_prepend(tmp_path)
    registry = registry_of(component(target=f"broken_{name}:Class", meta=Meta(extra="timm")))
    assert f"broken_{name}" not in sys.modules
    with pytest.raises(ComponentError) as refused:
        registry.build("loss", "plain")
    message = str(refused.value)
    assert message.startswith(f"loss 'plain' of plugin 'mine' (my-dist) cannot be loaded from broken_{name}:Class: ")
    assert said in message
    assert message.endswith("try: pip install 'my-dist[timm]'")
    assert "\n" not in message


def test_removal_takes_one_plugin_of_one_distribution() -> None:
    registry = registry_of(component("a"), component("b", plugin="yours"), component("c", distribution="your-dist"))
    registry.remove_plugin("mine", "my-dist")
    assert registry.names("loss") == ("b", "c")


def test_every_kind_has_a_hook() -> None:
    from crossret import hookspecs

    hooks = {hook_of(kind) for kind in KINDS} | {"register_commands"}
    assert hooks == {name for name in dir(hookspecs) if name.startswith("register_")}


@given(st.text(max_size=12), st.lists(st.from_regex(r"[a-z0-9:-]{1,12}", fullmatch=True), max_size=20))
def test_an_unknown_name_is_one_line_and_its_suggestion_is_known(name: str, known: list[str]) -> None:
    error = unknown("thing", name, known)
    assert "\n" not in str(error)
    assert error.exit_code == 2
    suggestion = nearest(name, known)
    if suggestion.startswith("; did you mean"):
        assert any(repr(candidate) in suggestion for candidate in known)


def test_a_long_list_of_names_is_cut() -> None:
    said = nearest("zzz", [f"name{n:02}" for n in range(40)])
    assert said.endswith("name11, …")


class Around:
    def __init__(self, inner: object, frames: int = 3) -> None:
        self.inner, self.frames = inner, frames


def wrapping() -> Registry:
    around = component("around", f"{__name__}:Around", Meta(argument="LOSS", wraps="loss"), plugin="wrapper")
    return registry_of(around, component(), component("with", meta=Meta(argument="MODEL")))


def test_a_component_may_wrap_another_that_its_argument_names() -> None:
    registry = wrapping()
    built = registry.build("loss", "around:with:a:b", frames=5, options={"size": 7})
    assert (built.frames, built.inner.context, built.inner.size) == (5, "a:b", 7)
    assert [part.name for part in registry.chain("loss", "around:with:a:b")] == ["around", "with"]
    assert [part.name for part in registry.chain("loss", "around:around:plain")] == ["around", "around", "plain"]
    assert [part.name for part in registry.chain("loss", "plain")] == ["plain"]


@pytest.mark.parametrize(
    ("name", "options", "said"),
    [
        ("around:plan", {}, "unknown loss 'plan'; did you mean 'plain'?"),
        ("around", {}, "unknown loss 'around'; did you mean 'around:LOSS'?"),
        ("around:with:m", {"options": {"sise": 1}}, "unknown option of loss 'with' 'sise'; did you mean 'size'?"),
        ("around:with:m", {"frame": 1}, "unknown option of loss 'around' 'frame'; did you mean 'frames'?"),
        ("around:with:m", {"options": 3}, "loss 'around:with:m': options of 'with:m' are 3; expected keys and values"),
    ],
)
def test_what_is_wrong_inside_a_wrapped_component_is_said_of_that_one(
    name: str, options: dict[str, Any], said: str
) -> None:
    with pytest.raises(UsageError) as refused:
        wrapping().build("loss", name, **options)
    assert str(refused.value) == said
