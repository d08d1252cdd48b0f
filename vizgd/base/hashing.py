"""Hashes any value to a short digest: equal for equal values in any process, different for others.

A function is hashed by its code, its defaults, and the values of the variables it closes over or takes from
its module, so that an objective that was edited is another objective.
"""

from __future__ import annotations

import dataclasses
import hashlib
import sys
import sysconfig
import types
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

LENGTH = 16
"""Bytes of a digest."""
MANY = 1 << 14
"""The number of texts that are joined at once."""


class Unknown(Exception):  # noqa: N818 - an outcome, which callers meet by doing the work again
    """Raised for a value that cannot be compared with a later one, such as a generator."""


def fingerprint(value: Any) -> str:
    """Return the digest of a value as hexadecimal text.

    Raises
    ------
    Unknown
        When it holds something that cannot be compared.
    """
    return _Digest().of(value).hex()


class _Digest:
    """Hashes a value recursively; objects met before are hashed by their position, so that cycles end."""

    def __init__(self) -> None:
        self._met: dict[int, int] = {}
        self._kept: list[Any] = []  # an object that was freed could give its id to another

    def of(self, value: Any) -> bytes:
        """Return the digest of a value."""
        if isinstance(value, bytes):
            return _hash(type(value).__name__, value)
        if value is None or isinstance(value, bool | int | float | complex | str):
            return _hash(type(value).__name__, repr(value))
        if id(value) in self._met:
            return _hash("met", str(self._met[id(value)]))
        self._met[id(value)] = len(self._met)
        self._kept.append(value)
        return self._of_object(value)

    def _of_object(self, value: Any) -> bytes:
        if isinstance(value, np.ndarray | np.generic):
            return self._array(np.asarray(value))
        if _is_plain_tensor(value):
            # Its pickled state would contain its address in memory.
            kind = str(value.dtype), tuple(value.shape), value.requires_grad, vars(value)
            return self._parts("tensor", *kind, _octets(value))
        if isinstance(value, Mapping):
            return self._parts("mapping", *(part for item in value.items() for part in item))
        if isinstance(value, tuple | list):
            return self._sequence(value)
        if isinstance(value, set | frozenset):
            return _hash("set", *sorted(self.of(part) for part in value))
        if isinstance(value, Path):
            return _hash("path", str(value))
        if isinstance(value, types.ModuleType) and not _is_of_a_library(value.__name__, vars(value)):
            own = {name: part for name, part in vars(value).items() if not name.startswith("__")}
            return self._parts("module", value.__name__, own)
        if isinstance(value, types.ModuleType | np.ufunc | types.BuiltinFunctionType):
            return self._by_name(value)
        if isinstance(value, type):
            return self._type(value)
        if isinstance(value, types.FunctionType):
            return self._function(value)
        if isinstance(value, staticmethod | classmethod):
            return self._parts(type(value).__name__, value.__func__)
        if isinstance(value, property):
            return self._parts("property", value.fget, value.fset, value.fdel)
        if isinstance(value, types.MethodType):
            return self._parts("method", value.__func__, value.__self__)
        if isinstance(value, types.CodeType):
            names = value.co_names + value.co_varnames + value.co_freevars
            return self._parts("code", value.co_code, value.co_consts, names)
        if dataclasses.is_dataclass(value) and type(value).__getstate__ is object.__getstate__:
            fields = {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
            return self._parts(type(value), fields)
        return self._state(value)

    def _array(self, array: NDArray[Any]) -> bytes:
        kind = "array", str(array.dtype), str(array.shape)
        if array.dtype.hasobject:
            return _hash(*kind, self._parts(*array.ravel().tolist()))
        return _hash(*kind, np.ascontiguousarray(array).reshape(-1).view(np.uint8).data)

    def _sequence(self, value: Sequence[Any]) -> bytes:
        """Return the digest of a sequence; a million numbers or texts are hashed at once."""
        name, kinds = type(value).__name__, set(map(type, value))
        if hasattr(value, "__array__"):
            return self._parts(name, np.asarray(value))
        if kinds == {float}:
            return _hash(name, "floats", np.array(value).data)
        if kinds == {str}:
            parts = [value[low : low + MANY] for low in range(0, len(value), MANY)]
            return _hash(name, "texts", *(_hash(",".join(map(str, map(len, p))), "".join(p)) for p in parts))
        return self._parts(name, *value)

    def _parts(self, *values: Any) -> bytes:
        return _hash(*(self.of(value) for value in values))

    def _by_name(self, value: Any) -> bytes:
        name = getattr(value, "__qualname__", getattr(value, "__name__", None))
        module = str(getattr(value, "__module__", ""))
        return _hash("name", module, str(name), _version(module or str(name)))

    def _type(self, kind: type) -> bytes:
        if _is_of_a_library(kind.__module__):
            return self._by_name(kind)
        own = {name: part for name, part in vars(kind).items() if not _is_bookkeeping(name)}
        return self._parts("type", kind.__qualname__, kind.__bases__, own)

    def _function(self, function: types.FunctionType) -> bytes:
        closure = [_content(cell) for cell in function.__closure__ or ()]
        around = function.__defaults__, function.__kwdefaults__, closure
        if _is_of_a_library(function.__module__, function.__globals__):
            name = function.__module__, function.__qualname__, _version(function.__module__)
            return self._parts("function", *name, around)
        names = sorted(_names(function.__code__) & function.__globals__.keys())
        used = {name: function.__globals__[name] for name in names}
        return self._parts("function", function.__code__, around, used)

    def _state(self, value: Any) -> bytes:
        """Return the digest of an object by its pickled state."""
        try:
            reduced = value.__reduce_ex__(4)
        except Exception as error:
            raise Unknown(f"a {type(value).__name__}") from error
        if isinstance(reduced, str):
            return self._by_name(value)
        # Its constructor and arguments, its state, and its items where it is a list or mapping.
        parts = [list(part) if isinstance(part, Iterator) else part for part in reduced]
        return self._parts("object", *parts)


def _is_of_a_library(name: str | None, space: Mapping[str, Any] | None = None) -> bool:
    """Return whether a module, given by name or by its namespace, comes with an installed package.

    Code of such packages is hashed by their version.
    """
    # Code that was typed or generated has the name of the running program, but not its file.
    home = vars(sys.modules[name]) if space is None and name in sys.modules else space or {}
    path = home.get("__file__")
    if path is None:  # a built-in module; neither code typed at a prompt nor code of the user's is one
        return name != "__main__" and name in sys.modules
    return any(Path(path).is_relative_to(folder) for folder in _LIBRARIES)


def _version(module: str) -> str:
    """Return the version that a module's package states, empty where it states none."""
    return str(getattr(sys.modules.get(module.partition(".")[0]), "__version__", ""))


_LIBRARIES = [
    Path(__file__).parents[1],
    *(Path(sysconfig.get_path(name)) for name in ("stdlib", "platstdlib", "purelib", "platlib")),
]


def _is_bookkeeping(name: str) -> bool:
    return name in {
        "__module__",
        "__dict__",
        "__weakref__",
        "__doc__",
        "__annotations__",
        "__firstlineno__",
    } or (name.startswith(("__dataclass_", "__abstract", "_abc_", "__static", "__match")))


def _hash(*parts: str | bytes | memoryview) -> bytes:
    digest = hashlib.blake2b(digest_size=LENGTH)
    for part in parts:
        data = part.encode(errors="surrogatepass") if isinstance(part, str) else part
        digest.update(memoryview(data).nbytes.to_bytes(8, "little"))
        digest.update(data)
    return digest.digest()


def _is_plain_tensor(value: Any) -> bool:
    """Return whether a value is a dense tensor of torch's own classes, neither sparse nor quantized."""
    torch: Any = sys.modules.get("torch")
    return (
        torch is not None
        and type(value) in (torch.Tensor, torch.nn.Parameter)
        and str(value.layout) == "torch.strided"
        and not value.is_quantized
        and value.device.type != "meta"
    )


def _octets(tensor: Any) -> NDArray[Any]:
    """Return the bytes of a tensor's numbers; NumPy does not have all of torch's types."""
    import torch

    numbers = tensor.detach().cpu().resolve_conj().resolve_neg().reshape(-1)
    octets: NDArray[Any] = numbers.contiguous().view(torch.uint8).numpy()
    return octets


def _content(cell: types.CellType) -> Any:
    try:
        return cell.cell_contents
    except ValueError:  # not yet assigned
        return None


def _names(code: types.CodeType) -> set[str]:
    """Return the names that a function, and those inside it, may take from its module."""
    inner = (part for part in code.co_consts if isinstance(part, types.CodeType))
    return set(code.co_names).union(*map(_names, inner))
