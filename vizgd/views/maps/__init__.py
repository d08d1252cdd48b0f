"""Maps: where many runs end, a cell a run, over starts or hyper-parameters."""
