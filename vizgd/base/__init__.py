"""What every room builds on: errors, registries, numbers as text, processes, and what stands in files."""
