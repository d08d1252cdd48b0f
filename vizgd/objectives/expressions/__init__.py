"""Expressions: read, run, differentiated and written."""
