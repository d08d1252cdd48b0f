"""The command line: each command in a file of its own, imported no sooner than it runs."""
