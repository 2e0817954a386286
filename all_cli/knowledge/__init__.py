"""Knowledge files: strict YAML, the vocabulary of facts, the bibliography, the compiled cache."""
