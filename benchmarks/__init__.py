"""Measures vizgd against a baseline on the same work; run by hand with ``make bench``, never as a test."""
