"""Numbers as text, in the notation of mathematics."""

from __future__ import annotations

import math

SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")

NO_BREAK = "\u00a0"
"""A space at which no line ends."""


def superscript(number: int) -> str:
    """Return an integer as an exponent: ``-12`` as ``⁻¹²``."""
    return str(number).translate(SUPERSCRIPTS)


def number(value: float, digits: int = 3) -> str:
    """Return a number with so many significant digits, in powers of ten where it would be long.

    >>> number(0.00881), number(-0.25), number(1.234e-7), number(2e6)
    ('0.00881', '−0.25', '1.23×10⁻⁷', '2×10⁶')
    """
    if math.isnan(value):
        return "undefined"
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    if value == 0:
        return "0"
    mantissa, exponent = _scientific(value, digits)
    if -4 <= exponent < 5:
        text = f"{value:.{max(digits - 1 - exponent, 0)}f}"
        text = text.rstrip("0").rstrip(".") if "." in text else text
    else:
        mantissa = mantissa.rstrip("0").rstrip(".") if "." in mantissa else mantissa
        text = f"{mantissa}×10{superscript(exponent)}"
    return text.replace("-", "−")


def readout(value: float, digits: int = 4) -> str:
    """Return a number with trailing zeros, whose width stays the same while it changes in a readout.

    >>> readout(0.5), readout(69.0), readout(3.2e-9)
    ('0.5000', '69.00', '3.200×10⁻⁹')
    """
    if not math.isfinite(value) or value == 0:
        return number(value)
    mantissa, exponent = _scientific(value, digits)
    if -3 <= exponent < 5:
        return f"{value:.{max(digits - 1 - exponent, 0)}f}".replace("-", "−")
    return f"{mantissa}×10{superscript(exponent)}".replace("-", "−")


def _scientific(value: float, digits: int) -> tuple[str, int]:
    """Return a number, rounded to so many digits, as its mantissa and the exponent of ten."""
    mantissa, _, exponent = f"{value:.{digits - 1}e}".partition("e")
    return mantissa, int(exponent)
