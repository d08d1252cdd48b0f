"""Reads and writes ``.npz`` files of arrays. Files are not trusted: reading runs no code of theirs.

An archive is a zip of ``.npy`` files. The sizes in their headers are checked and added up before memory is
allocated; Python objects are refused.
"""

from __future__ import annotations

import math
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, BinaryIO

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from vizgd.base.errors import UsageError
from vizgd.base.regular_files import open_regular

LARGEST = 1 << 31
"""The limit for all arrays together, in bytes."""
MOST_ARRAYS = 10_000
KINDS = "biufcU"
"""Booleans, numbers and text; ``O`` would be objects, which only pickle can read."""


@dataclass(frozen=True)
class Header:
    """The type, the shape and the memory order of an array."""

    dtype: np.dtype[Any]
    shape: tuple[int, ...]
    fortran_order: bool

    @property
    def size(self) -> int:
        """How many bytes its numbers take."""
        return math.prod(self.shape) * self.dtype.itemsize


class Archive:
    """An open file of arrays; each is read on request."""

    def __init__(self, file: zipfile.ZipFile, largest: int) -> None:
        self._file = file
        members = file.infolist()
        names = [member.filename.removesuffix(".npy") for member in members]
        if len(members) > MOST_ARRAYS or len(set(names)) < len(names):
            raise UsageError("it holds too many arrays, or one of them twice")
        # Before any header is read, because those of a damaged file cannot be relied on.
        if sum(member.file_size for member in members) > largest:
            raise UsageError("it is too large", why=f"its arrays may have at most {largest >> 20} MiB")
        self._members = dict(zip(names, members, strict=True))
        self.headers: Mapping[str, Header] = {name: self._header(name) for name in names}

    def array(self, name: str) -> NDArray[Any]:
        """Return an array as it was written."""
        header = self.headers[name]
        with self._file.open(self._members[name]) as member:
            _read_header(member)
            content = member.read(header.size)
            if len(content) < header.size or member.read(1):  # at the end the checksum is compared
                raise EOFError
        order: Any = "F" if header.fortran_order else "C"
        return np.ndarray(header.shape, header.dtype, bytearray(content), order=order)

    def _header(self, name: str) -> Header:
        member = self._members[name]
        if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) or member.flag_bits & 1:
            raise UsageError(f"its array {name!r:.40} is packed in a way that NumPy does not use")
        with self._file.open(member) as begun:
            try:
                header, length = _read_header(begun)
            except Exception:  # it contains a Python literal, whose parser raises many exceptions
                raise UsageError(f"its array {name!r:.40} has no header that NumPy writes") from None
        if header.dtype.hasobject:
            raise UsageError(f"its array {name!r:.40} holds Python objects, which are not read")
        if header.dtype.kind not in KINDS or min(header.shape, default=0) < 0:
            raise UsageError(f"its array {name!r:.40} holds no numbers")
        if header.size != member.file_size - length:
            raise UsageError(f"its array {name!r:.40} does not have the size that it says")
        return header


def _read_header(file: IO[bytes]) -> tuple[Header, int]:
    """Return the header of a ``.npy`` file, and its length."""
    version = npy.read_magic(file)
    if version != (1, 0):  # others are for huge headers and for structured types
        raise ValueError(f"version {version}")
    shape, fortran_order, dtype = npy.read_array_header_1_0(file)
    return Header(dtype, shape, fortran_order), file.tell()


@contextmanager
def open_archive(path: Path, largest: int = LARGEST) -> Iterator[Archive]:
    """Open an ``.npz`` file and check the headers of its arrays.

    Parameters
    ----------
    path : Path
    largest : int, default 2 GiB
        How many bytes all arrays together may have.

    Raises
    ------
    UsageError
        When there is no such file, it is none of that kind, cut off or damaged, or holds too much or anything
        but numbers and text; also from reading inside the block.
    """
    with open_regular(path, largest) as begun:
        yield from _archive(begun, path, largest)


def _archive(begun: BinaryIO, path: Path, largest: int) -> Iterator[Archive]:
    try:
        with zipfile.ZipFile(begun) as file:
            yield Archive(file, largest)
    except UsageError as error:
        raise UsageError(
            f"cannot read {str(path)!r}: {error.what}", error.where, error.why, error.hint
        ) from None
    except zipfile.BadZipFile:
        begun.seek(0)
        zipped = begun.read(2) == b"PK"
        why = "it is cut off or damaged" if zipped else "it is no .npz file"
        raise UsageError(f"cannot read {str(path)!r}", why=why) from None
    except (EOFError, zlib.error, NotImplementedError, RuntimeError):
        raise UsageError(f"cannot read {str(path)!r}", why="it is cut off or damaged") from None
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or str(error)
        raise UsageError(f"cannot read {str(path)!r}", why=why) from None


def write_archive(path: Path, arrays: Mapping[str, NDArray[Any]]) -> None:
    """Write arrays to a file, the same bytes whenever they are the same.

    Raises
    ------
    UsageError
        When they are larger than what is read, or one holds objects.
    """
    for name, values in arrays.items():
        if values.dtype.kind not in KINDS:
            raise UsageError(f"{name} holds {values.dtype}, not numbers", why="only numbers can be saved")
    if sum(values.nbytes + 512 for values in arrays.values()) > LARGEST:
        raise UsageError("there is too much to save", why=f"a file holds at most {LARGEST >> 20} MiB")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as file:
        for name, values in arrays.items():
            with file.open(f"{name}.npy", "w", force_zip64=True) as member:
                npy.write_array(member, values, version=(1, 0), allow_pickle=False)
