"""What is done to a typed expression before Python reads it: bounds, ``^``, and the way back to the text."""

from __future__ import annotations

import re
from dataclasses import dataclass

from vizgd.errors import UsageError

LENGTH = 4000  # characters
DIGITS = 100  # of one number
BRACKETS = 50  # open at once

LOOKALIKES = str.maketrans(
    {"−": "-", "–": "-", "×": "*", "·": "*", "⋅": "*", "\t": " ", "\n": " ", "\r": " "}
)


@dataclass(frozen=True)
class Text:
    """An expression as it was typed and as Python reads it.

    Parameters
    ----------
    typed : str
        What the user gave.
    rewritten : str
        The same in Python's spelling.
    origins : tuple of int
        For each character of ``rewritten``, and for its end, the place in ``typed``.
    """

    typed: str
    rewritten: str
    origins: tuple[int, ...]

    def fault(
        self, low: int | None = None, high: int | None = None, *, why: str, hint: str | None = None
    ) -> UsageError:
        """Return the error for a part of the text, given by its ends in ``rewritten``."""
        where = None
        if low is not None:
            first = self.origins[low]
            part = self.typed[first : self.origins[high if high is not None else low + 1]]
            where = f"{shortened(part, 40)!r}, character {first + 1}"
        return UsageError(f"cannot read the expression {shortened(self.typed)!r}", where, why, hint)


def shortened(text: str, width: int = 60) -> str:
    """Return a text cut to a width, with an ellipsis where something is left out."""
    text = text[: width + 1]
    return text if len(text) <= width else text[: width - 1] + "…"


def cleaned(typed: str) -> Text:
    """Return a text in Python's spelling, after refusing what is too long, too deep or not arithmetic.

    Raises
    ------
    UsageError
        With the place of the fault.
    """
    if len(typed) > LENGTH:
        raise UsageError(
            f"cannot read the expression {shortened(typed)!r}",
            why=f"it has {len(typed):,} characters, and at most {LENGTH:,} can be read",
        )
    plain = typed.translate(LOOKALIKES)
    lead = len(plain) - len(plain.lstrip(" "))
    rewritten, origins = [], []
    for place, character in enumerate(plain.strip(" "), start=lead):
        spelling = "**" if character == "^" else character
        rewritten.append(spelling)
        origins += [place] * len(spelling)
    text = Text(typed, "".join(rewritten), (*origins, len(typed.rstrip())))
    _check(text)
    return text


def _check(text: Text) -> None:
    if not text.rewritten:
        raise text.fault(why="it is empty", hint="write a function of x, or of x and y, such as x**2 + y**2")
    if number := re.search(rf"[\d_]{{{DIGITS + 1},}}", text.rewritten):
        raise text.fault(
            number.start(),
            number.end(),
            why=f"a number has at most {DIGITS} digits",
            hint="1e9 is short for 1000000000",
        )
    strange = re.search(r"[^ -~]|[#\\`$?;@!&|~\"']", text.rewritten)
    if strange:
        raise text.fault(
            strange.start(),
            strange.end(),
            why="this character is not part of an expression",
            hint="numbers, x, y, + - * / ** ( ) and functions such as sin(x) can be read",
        )
    depth = 0
    for place, character in enumerate(text.rewritten):
        depth += (character in "([{") - (character in ")]}")
        if depth > BRACKETS:
            raise text.fault(place, place + 1, why=f"more than {BRACKETS} brackets are open here")
