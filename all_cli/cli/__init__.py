"""The two commands: parse the command line, call, render, exit code."""

import gc

# A command builds its objects once and keeps them: looking through them at every 700th took a sixth of a start.
gc.set_threshold(200_000, 10, 10)
