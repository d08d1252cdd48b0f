"""Running an optimizer on an objective and keeping what happened."""
