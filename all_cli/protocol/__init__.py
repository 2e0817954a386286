"""Treatment protocols: phases and cited lines, the choice of what fits a patient."""
