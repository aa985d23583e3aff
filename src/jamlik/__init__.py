"""See which differences between groups of residents are real, how big, how certain and for how many people."""

from importlib.metadata import version

__all__ = ["__version__"]

__version__ = version("jamlik")
