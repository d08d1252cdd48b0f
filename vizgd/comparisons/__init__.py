"""What is compared: comparisons, their files, recorded runs, and the gallery."""
