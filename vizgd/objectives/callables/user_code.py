"""Wraps users' functions: an error in one is reported with its message and its place."""

from __future__ import annotations

import linecache
import sysconfig
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from vizgd.base.errors import UsageError, VizgdError
from vizgd.base.interrupts import is_interrupt

OURS = str(Path(__file__).parents[2])
LIBRARIES = tuple(sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib"))
WIDEST = 140
"""The length, in characters, to which an error message is cut."""
MOST_SHOWN = 3
"""Points of more numbers are not written out."""


class FunctionError(UsageError):
    """An error in a user's function; the original exception is its cause."""


@dataclass(frozen=True)
class UserFunction:
    """A user's function whose errors are reported with their place.

    Parameters
    ----------
    function : callable
    subject : str
        What it is, as a sentence's subject: "the function loss".
    """

    function: Callable[..., Any]
    subject: str

    def __call__(self, *inputs: Any) -> Any:
        """Call it.

        Raises
        ------
        FunctionError
            For whatever it raises.
        """
        try:
            return self.function(*inputs)
        except VizgdError:
            raise
        except Exception as error:
            raise function_error(error, f"{self.subject} cannot be computed at {_shown(inputs)}") from error


def function_error(error: Exception, what: str) -> FunctionError:
    """Return an error with the message, the place and the source line of an exception."""
    where = source = None
    frames = list(traceback.walk_tb(error.__traceback__))
    own = [(frame.f_code, line) for frame, line in frames if not _foreign(frame.f_code.co_filename)]
    if own:
        code, line = own[-1]
        where = f"{code.co_filename}, line {line}, in {code.co_name}"
        source = linecache.getline(code.co_filename, line).strip() or None
    whole = f"{what}: {last_line(error)}"
    return FunctionError(whole if len(whole) <= WIDEST else f"{whole[: WIDEST - 1]}…", where, source)


@contextmanager
def told_of_user_code(what: str) -> Iterator[None]:
    """Tell of an error that arises in a user's code, within what is called here, with its place.

    Errors that arise in vizgd's own code, or in a library that it called, go on as they are.

    Parameters
    ----------
    what : str
        What cannot be done, as the sentence that the error completes: "the run cannot be recorded".
    """
    try:
        yield
    except VizgdError:
        raise
    except Exception as error:
        if is_interrupt(error):
            raise
        files = [frame.f_code.co_filename for frame, _ in traceback.walk_tb(error.__traceback__)]
        last = next((file for file in reversed(files) if file.startswith(OURS) or not _foreign(file)), OURS)
        if last.startswith(OURS):
            raise
        raise function_error(error, what) from error


def last_line(error: BaseException) -> str:
    """Return the kind of an error and the first line of what it says."""
    error = cause(error)
    said = first_line(error)
    return f"{type(error).__name__}: {said}"[:200] if said else type(error).__name__


def cause(error: BaseException) -> BaseException:
    """Return the error that a function of the user's raised, of which ours tells."""
    while isinstance(error, FunctionError) and error.__cause__ is not None:
        error = error.__cause__
    return error


def first_line(error: BaseException) -> str:
    """Return the first line of what an error says."""
    return next(iter(str(error).strip().splitlines()), "")


def guarded(function: Any, subject: str) -> Any:
    """Return a user's function wrapped as a `UserFunction`; vizgd's own functions unchanged."""
    if not callable(function) or isinstance(function, UserFunction):
        return function
    home = getattr(function, "__module__", None) or ""
    if not hasattr(function, "__code__") and not hasattr(function, "__func__"):
        home = type(function).__module__
    return function if f"{home}.".startswith("vizgd.") else UserFunction(function, subject)


def _foreign(file: str) -> bool:
    return file.startswith((OURS, "<frozen ", "<__array_function__", *LIBRARIES))


def _shown(inputs: tuple[Any, ...]) -> str:
    """Describe the arguments of a call: few numbers in full, of many their shape."""
    try:
        shape = np.shape(inputs[0]) if len(inputs) == 1 else (len(inputs), *np.shape(inputs[0]))
        numbers = np.ravel(np.array([np.asarray(one, dtype=np.float64) for one in inputs]))
    except Exception:  # a tracer in place of a point
        return "a point"
    if len(shape) > 1 or numbers.size > MOST_SHOWN:
        return f"an array of shape {shape}"
    rounded = [float(f"{number:.6g}") for number in numbers]
    return f"{rounded[0]}" if shape == () else f"({', '.join(map(str, rounded))})"
