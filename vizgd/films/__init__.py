"""Films to be made, and how they get made: one or many, here or elsewhere, once."""
