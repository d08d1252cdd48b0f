"""Charts: what was recorded of runs, over their iterations."""
