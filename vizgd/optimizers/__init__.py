"""Update rules: one family a file, all with one interface."""
