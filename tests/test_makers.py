from __future__ import annotations

import copy
import gc
from dataclasses import dataclass

import pytest

from crossret import makers
from crossret.errors import ComponentError, DataError
from crossret.makers import blamed, broken, maker_of, remember


class Plain: ...


@dataclass(slots=True)
class Slotted:
    size: int = 1


def test_two_objects_of_one_class_have_their_own_makers() -> None:
    first, second = Plain(), Plain()
    remember(first, "loss 'a'")
    remember(second, "loss 'b'")
    assert (maker_of(first), maker_of(second)) == ("loss 'a'", "loss 'b'")
    assert maker_of(copy.copy(first)) == "loss 'b'"


def test_an_object_that_cannot_be_referred_to_weakly_has_the_maker_of_its_class() -> None:
    remember(Slotted(), "loss 'slotted'")
    assert maker_of(Slotted()) == "loss 'slotted'"


def test_nothing_is_kept_alive_and_a_new_object_is_not_taken_for_an_old_one() -> None:
    class Local: ...

    one = Local()
    remember(one, "loss 'gone'")
    number = id(one)
    del one
    gc.collect()
    assert number not in makers._of_object


def test_an_object_that_no_component_made_is_named_by_its_class() -> None:
    assert maker_of(3) == "int"


def test_errors_of_a_component_name_it_and_the_line_and_ours_stay_as_they_are() -> None:
    made = Plain()
    remember(made, "loss 'a' of plugin 'p' (d)")
    said = r"^loss 'a' of plugin 'p' \(d\): KeyError: 'x' \(.*test_makers.py:\d+\)$"
    with pytest.raises(ComponentError, match=said), blamed(made):
        {}["x"]
    with pytest.raises(DataError, match=r"^blank$"), blamed(made):
        raise DataError("blank")
    assert str(broken(made, "one", "two")) == "loss 'a' of plugin 'p' (d): expected one, found two"
