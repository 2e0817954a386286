"""Risk schemes: compiled from YAML, proved, applied to a patient, compared."""
