"""What can be drawn: marks, panels, text and time as plain data, for any renderer."""
