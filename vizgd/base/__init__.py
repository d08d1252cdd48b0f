"""What every room builds on: errors, registries, settings, numbers as text, processes and files."""
