from __future__ import annotations

import argparse
import builtins
import contextlib
import functools
import importlib
import operator
import os
import pickle
import struct
import subprocess
import sys
from collections import OrderedDict
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crossret.interchange.pickle_machine import Namespace, Ordered, RefusedError, read_pickle

from .forged import Calling, pickled

scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text()
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner) | st.tuples(inner, inner, inner, inner),
    max_leaves=20,
)


@settings(deadline=None)
@given(value=values)
def test_plain_data_comes_back(value: Any) -> None:
    assert read_pickle(pickled(value)) == value


def test_options_and_ordered_mappings_come_back_as_mappings() -> None:
    ordered: OrderedDict[str, int] = OrderedDict(b=1, a=2)
    ordered.note = "left out"  # type: ignore[attr-defined]
    found = read_pickle(pickled({"opt": argparse.Namespace(x=1, y=[None, True]), "o": ordered}))
    assert type(found["opt"]) is Namespace
    assert found["opt"] == {"x": 1, "y": [None, True]}
    assert type(found["o"]) is Ordered
    assert list(found["o"].items()) == [("b", 1), ("a", 2)]


def touching(path: Path) -> dict[str, bytes]:
    """Pickles that would write a file if anything in them were run."""
    shell, code = f"touch {path}", f"open({str(path)!r}, 'w')"
    nested = Calling(operator.attrgetter("system"), Calling(importlib.import_module, "os"))
    raw = {
        # A global behind a mark, put into the memo and fetched again.
        "memo": b"\x80\x02cos\nsystem\nq\x000h\x00X" + struct.pack("<I", len(shell)) + shell.encode() + b"\x85R.",
        "instance": b"(S'" + shell.encode() + b"'\nios\nsystem\n.",
        "object": b"(cos\nsystem\nS'" + shell.encode() + b"'\no.",
        "extension": b"\x80\x02\x82\x01.",
        "dotted": b"\x80\x02cbuiltins\n__import__('os').system\n.",
        "attribute of what is allowed": b"\x80\x02ccollections\nOrderedDict.__init__.__globals__\n.",
        "stack global": b"\x80\x04\x8c\x02os\x8c\x06system\x93\x8c\x01x\x85R.",
        "state of a class": b"\x80\x02cargparse\nNamespace\n}X\x01\x00\x00\x00aK\x01sb.",
        "called with arguments": b"\x80\x02ccollections\nOrderedDict\n]\x85R.",
        "called storage": b"\x80\x02ctorch\nFloatStorage\nK\x05\x85R.",
        "made of another class": b"\x80\x02ccollections\nOrderedDict\n)\x81.",
        "named storage": b"\x80\x02X\x01\x00\x00\x00xQ.",
        "storage by text": b"\x80\x02Px\n.",
    }
    return raw | {
        "os.system": pickled(Calling(os.system, shell)),
        "eval": pickled(Calling(builtins.eval, code)),
        "exec": pickled(Calling(builtins.exec, code)),
        "Popen": pickled(Calling(subprocess.Popen, ["touch", str(path)])),
        "getattr": pickled(Calling(getattr, Calling(importlib.import_module, "os"), "system")),
        "partial": pickled(Calling(functools.partial, os.system, shell)),
        "nested": pickled({"model": [{"w": Calling(Calling, nested)}]}),
        "inside the options": pickled(argparse.Namespace(x=Calling(os.system, shell))),
        "pickle in a pickle": pickled(Calling(pickle.loads, pickled(Calling(os.system, shell)))),
    }


@pytest.mark.parametrize("kind", sorted(touching(Path("x"))))
def test_nothing_in_a_pickle_is_run(kind: str, tmp_path: Path) -> None:
    touched = tmp_path / "touched"
    modules = set(sys.modules)
    with pytest.raises(RefusedError) as refused:
        read_pickle(touching(touched)[kind])
    assert not touched.exists()
    assert "\n" not in str(refused.value)
    assert set(sys.modules) == modules, "reading a pickle imported something"


def test_what_was_asked_for_is_named() -> None:
    with pytest.raises(
        RefusedError, match=r"it asks for '(posix|nt|os).system', which no checkpoint needs; nothing was run"
    ):
        read_pickle(pickled(Calling(os.system, "true")))


def laughs() -> bytes:
    """A list of two copies of a list of two copies …: small, but endless if it were ever written out."""
    nested: Any = []
    for _ in range(100):
        nested = [nested, nested]
    return pickled(nested)


def test_shared_parts_stay_shared() -> None:
    found = read_pickle(laughs())
    assert found[0] is found[1]
    with pytest.raises(RefusedError, match="it calls a list"):
        read_pickle(laughs()[:-1] + b")R.")


def test_a_list_may_hold_itself_but_a_far_place_of_the_memo_costs_nothing() -> None:
    inner: list[Any] = []
    inner.append(inner)
    found = read_pickle(pickled(inner))
    assert found[0] is found
    assert read_pickle(b"\x80\x02Nr\xff\xff\xff\x7f.") is None


def test_a_tensor_of_very_many_dimensions_is_refused_at_once() -> None:
    storage = b"X\x07\x00\x00\x00storagectorch\nFloatStorage\nX\x01\x00\x00\x000X\x03\x00\x00\x00cpuK\x01"
    ones = b"(" + b"K\x01" * 200_000 + b"t"
    content = b"\x80\x02ctorch._utils\n_rebuild_tensor_v2\n((" + storage + b"tQK\x00" + ones + ones + b"tR."
    with pytest.raises(RefusedError, match="a tensor that cannot be read"):
        read_pickle(content)


@settings(deadline=None, max_examples=300)
@given(data=st.binary(max_size=60))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    for content in (data, b"\x80\x02" + data + b"."):
        with contextlib.suppress(RefusedError):
            read_pickle(content)


@settings(deadline=None, max_examples=100)
@given(cut=st.integers(0, 400))
def test_a_pickle_that_ends_early_is_refused(cut: int) -> None:
    whole = pickled({"model": [OrderedDict(a=1)], "opt": argparse.Namespace(x="text", y=(1, 2.5))})
    if cut >= len(whole):
        return
    with pytest.raises(RefusedError, match="damaged"):
        read_pickle(whole[:cut])
