"""What is minimized: test functions, typed expressions and losses over data, all as `Objective`."""
