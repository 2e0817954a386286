"""Pages as text of a format."""
