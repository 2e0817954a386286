"""The condition language: sets of possible values, conditions on them, exact answers by splitting, explanations."""
