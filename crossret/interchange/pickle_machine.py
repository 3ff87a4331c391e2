"""Reads the pickle of a torch checkpoint as plain data: nothing is imported and nothing is called.

Only the operations that ``torch.save`` writes are known. A name such as ``os.system`` stays a name, and any but the few
that plain checkpoints hold ends the reading.
"""

from __future__ import annotations

import pickletools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Plain = Any
"""``None``, booleans, numbers, texts, tuples, lists and mappings of these, and :class:`StoredTensor`."""

STORAGES = {
    "FloatStorage": "float32",
    "DoubleStorage": "float64",
    "HalfStorage": "float16",
    "BFloat16Storage": "bfloat16",
    "LongStorage": "int64",
}
TENSOR, ORDERED, NAMESPACE = "torch._utils _rebuild_tensor_v2", "collections OrderedDict", "argparse Namespace"
NAMES = frozenset({TENSOR, ORDERED, NAMESPACE, *(f"torch {name}" for name in STORAGES)})
MOST_OPERATIONS = 2_000_000
MOST_DIMENSIONS = 8


class RefusedError(ValueError):
    """The pickle is damaged, or holds what no plain checkpoint holds."""


@dataclass(frozen=True, slots=True)
class Name:
    """Something that the pickle would import: ``module name``."""

    text: str


@dataclass(frozen=True, slots=True)
class Storage:
    """Numbers in a file of their own.

    Attributes:
        key: name of the file.
        count: how many numbers.
    """

    dtype: str
    key: str
    count: int


@dataclass(frozen=True, slots=True)
class StoredTensor:
    """A dense part of a storage, row after row."""

    storage: Storage
    start: int
    shape: tuple[int, ...]

    @property
    def size(self) -> int:
        """Number of entries."""
        return _product(self.shape)


class Namespace(dict[str, Plain]):
    """The attributes of an ``argparse.Namespace``."""


class Ordered(dict[str, Plain]):
    """An ``OrderedDict``; its attributes are left out."""


def read_pickle(content: bytes) -> Plain:
    """The object that was pickled.

    Raises:
        RefusedError: damaged, or asks for something that is not in :data:`NAMES`.
    """
    machine = _Machine()
    try:
        for count, (operation, argument, _) in enumerate(pickletools.genops(content)):
            if count >= MOST_OPERATIONS:
                raise RefusedError(f"more than {MOST_OPERATIONS:,} operations")
            machine.do(operation.name, argument)
        return machine.result()
    except RefusedError:
        raise
    except (ValueError, IndexError, KeyError, TypeError, UnicodeDecodeError) as error:
        raise RefusedError(f"damaged ({type(error).__name__}: {' '.join(str(error).split())[:100]})") from error


class _Machine:
    """Stack, marks and memo of a pickle."""

    def __init__(self) -> None:
        self.stack: list[Any] = []
        self.marks: list[int] = []
        self.memo: dict[int, Any] = {}
        self.ended = False
        self.special: dict[str, Callable[[Any], None]] = {
            "PROTO": self._protocol,
            "STOP": self._stop,
            "MARK": lambda _: self.marks.append(len(self.stack)),
            "GLOBAL": self._name,
            "BINPERSID": lambda _: self.stack.append(_storage(self.stack.pop())),
            "REDUCE": lambda _: self._reduce(),
            "NEWOBJ": lambda _: self._new(),
            "BUILD": lambda _: self._build(),
            "SETITEM": lambda _: self._set(self._popped(2)),
            "SETITEMS": lambda _: self._set(self._since_mark()),
            "APPEND": lambda _: self._append(self._popped(1)),
            "APPENDS": lambda _: self._append(self._since_mark()),
            "EMPTY_DICT": lambda _: self.stack.append({}),
            "EMPTY_LIST": lambda _: self.stack.append([]),
            "EMPTY_TUPLE": lambda _: self.stack.append(()),
            "TUPLE": lambda _: self.stack.append(tuple(self._since_mark())),
            "TUPLE1": lambda _: self.stack.append(tuple(self._popped(1))),
            "TUPLE2": lambda _: self.stack.append(tuple(self._popped(2))),
            "TUPLE3": lambda _: self.stack.append(tuple(self._popped(3))),
            "NONE": lambda _: self.stack.append(None),
            "NEWTRUE": lambda _: self.stack.append(True),
            "NEWFALSE": lambda _: self.stack.append(False),
        }
        self.special |= dict.fromkeys(("BINPUT", "LONG_BINPUT"), self._remember)
        self.special |= dict.fromkeys(("BINGET", "LONG_BINGET"), lambda place: self.stack.append(self.memo[place]))
        values = ("BININT", "BININT1", "BININT2", "LONG1", "BINFLOAT", "BINUNICODE")
        self.special |= dict.fromkeys(values, lambda value: self.stack.append(value))

    def do(self, operation: str, argument: Any) -> None:
        if operation not in self.special:
            raise RefusedError(f"operation {operation}, which no checkpoint needs")
        self.special[operation](argument)

    def result(self) -> Plain:
        if not self.ended or len(self.stack) != 1 or self.marks:
            raise RefusedError("damaged (it ends in the middle)")
        return self.stack[0]

    def _protocol(self, version: int) -> None:
        if version != 2:
            raise RefusedError(f"pickle protocol {version}; expected 2")

    def _stop(self, _: Any) -> None:
        self.ended = True

    def _name(self, text: str) -> None:
        if text not in NAMES:
            raise RefusedError(f"it asks for {text.replace(' ', '.', 1)!r}, which no checkpoint needs; nothing was run")
        self.stack.append(Name(text))

    def _remember(self, place: int) -> None:
        self.memo[place] = self.stack[-1]

    def _popped(self, count: int) -> list[Any]:
        if len(self.stack) - (self.marks[-1] if self.marks else 0) < count:
            raise RefusedError("damaged (too few values)")
        values = self.stack[len(self.stack) - count :]
        del self.stack[len(self.stack) - count :]
        return values

    def _since_mark(self) -> list[Any]:
        start = self.marks.pop()
        values = self.stack[start:]
        del self.stack[start:]
        return values

    def _set(self, values: list[Any]) -> None:
        target = self.stack[-1]
        if type(target) not in (dict, Ordered) or len(values) % 2:
            raise RefusedError(f"it sets items of {_kind(target)}")
        for key, value in zip(values[::2], values[1::2], strict=True):
            if not isinstance(key, str):
                raise RefusedError(f"a key that is no text but {_kind(key)}")
            target[key] = value

    def _append(self, values: list[Any]) -> None:
        target = self.stack[-1]
        if type(target) is not list:
            raise RefusedError(f"it appends to {_kind(target)}")
        target.extend(values)

    def _reduce(self) -> None:
        function, arguments = self._popped(2)
        if function == Name(ORDERED) and arguments == ():
            self.stack.append(Ordered())
        elif function == Name(TENSOR):
            self.stack.append(_tensor(arguments))
        else:
            raise RefusedError(f"it calls {_kind(function)}; nothing was run")

    def _new(self) -> None:
        kind, arguments = self._popped(2)
        if kind != Name(NAMESPACE) or arguments != ():
            raise RefusedError(f"it makes {_kind(kind)}; nothing was run")
        self.stack.append(Namespace())

    def _build(self) -> None:
        target, state = self._popped(2)
        if type(state) is not dict or type(target) not in (Namespace, Ordered):
            raise RefusedError(f"it changes {_kind(target)}; nothing was run")
        if isinstance(target, Namespace):
            target.update(state)
        self.stack.append(target)


def _kind(value: Any) -> str:
    """What a value is, in a word; its content could be endless."""
    return value.text.replace(" ", ".", 1) if isinstance(value, Name) else f"a {type(value).__name__}"


def _storage(reference: Any) -> Storage:
    match reference:
        case ("storage", Name(text), str(key), str(), int(count)) if text.removeprefix("torch ") in STORAGES:
            if key.isalnum() and count >= 0:
                return Storage(STORAGES[text.removeprefix("torch ")], key, count)
    raise RefusedError("a reference to numbers that cannot be read")


def _tensor(arguments: Any) -> StoredTensor:
    match arguments:
        case (Storage() as storage, int(start), tuple(shape), tuple(strides), *_) if len(shape) <= MOST_DIMENSIONS:
            if all(type(n) is int and n >= 0 for n in (start, *shape, *strides)) and len(shape) == len(strides):
                found = StoredTensor(storage, start, shape)
                if strides != _row_major(shape) and found.size > 1:
                    raise RefusedError(f"a tensor of shape {shape} with strides {strides}; expected row after row")
                if start + found.size > storage.count:
                    raise RefusedError(f"a tensor of shape {shape} in a storage of {storage.count} numbers")
                return found
    raise RefusedError("a tensor that cannot be read")


def _row_major(shape: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(_product(shape[place + 1 :]) for place in range(len(shape)))


def _product(numbers: tuple[int, ...]) -> int:
    product = 1
    for number in numbers:
        product *= number
    return product
