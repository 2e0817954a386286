"""A patient as possible values: reading texts and dates into facts, consistency between facts."""
