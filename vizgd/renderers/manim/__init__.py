"""Manim: the same storyboards as lecture video."""
