"""Overlays: what is drawn over a landscape to show why, whichever view it is in."""
