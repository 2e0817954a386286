"""Risk stratification and protocol lookup for acute lymphoblastic leukemia."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from all_cli.api import UnreadableError, Verdicts, classify, classify_frame

__version__ = "0.1.0"
__all__ = ["UnreadableError", "Verdicts", "__version__", "classify", "classify_frame"]


def __getattr__(name: str) -> object:
    # The commands import this package too and must not pay for what only Python programs use.
    if name in __all__:
        from importlib import import_module

        return getattr(import_module("all_cli.api"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
