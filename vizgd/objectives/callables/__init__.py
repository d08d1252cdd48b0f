"""Python functions as objectives."""
