"""A classified table read back: counts, agreement between schemes, what is missing, what must be hidden."""
