"""One result object in, one format out: terminal table, plain text, Markdown, JSON."""
