"""The two commands: parse the command line, call, render, exit code."""

import atexit
import gc
import os

# A command builds its objects once and ends: looking through them all at every 700th, and again at the end, took a
# fifth of a short run.
gc.set_threshold(200_000, 10, 10)
atexit.register(gc.freeze)

# numpy starts threads for linear algebra, of which there is none here: they took a tenth of a batch.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
