"""From a comparison to its storyboard: the whole film as plain data."""
