"""What is registered at start by its name alone, and read when it is first asked for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.utils.module_loading import import_string

__all__ = ["read_when_asked"]


def read_when_asked(name: str) -> Callable[..., Any]:
    """A function by its dotted name, read at its first call.

    Every command and every process reads what the apps register. What counts, draws and lays out takes seconds to read,
    so a registration does not bring it along.
    """

    def call(*args: Any, **named: Any) -> Any:
        return import_string(name)(*args, **named)

    return call
