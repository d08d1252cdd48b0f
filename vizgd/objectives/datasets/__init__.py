"""Losses over data: tables, models, samplers."""
