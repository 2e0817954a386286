"""Tables of patients: columns to facts, read, classify once per distinct profile, write."""
