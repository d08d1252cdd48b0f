"""Measurements against the stock way on the same work; run by hand with ``make bench``, never as a test."""
