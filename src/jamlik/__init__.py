"""See which differences between groups of residents are real, how big, how certain and for how many people.

This is the door for notebooks: `jamlik.analyse("fil.csv")` does what the command does and returns frames and charts.
"""

from __future__ import annotations

from importlib import import_module
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jamlik.calls import Analysis, Inspection, analyse, demo, described, ekby, inspect, start

__all__ = ["Analysis", "Inspection", "__version__", "analyse", "demo", "described", "ekby", "inspect", "start"]

__version__ = version("jamlik")


def __getattr__(name: str) -> Any:
    """Load the public calls when one of them is asked for, so that importing one room does not load them all."""
    if name not in __all__:
        raise AttributeError(f"module 'jamlik' has no attribute {name!r}")
    return getattr(import_module("jamlik.calls"), name)


def __dir__() -> list[str]:
    """Name the public calls before they are loaded too."""
    return sorted(__all__)
