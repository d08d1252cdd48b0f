"""Formulas: update rules as mathematics, with the numbers of the current step."""
