"""The matplotlib renderer: films through Agg in seconds, and animations for windows."""
