"""Many runs at once: with many seeds, from many starts, with many hyper-parameters."""
