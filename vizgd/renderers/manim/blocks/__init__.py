"""Mobjects, animations and scenes for people who write Manim scenes of their own."""
