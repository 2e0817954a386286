"""The two commands: parse the command line, call, render, exit code."""
