"""Exit codes, one per kind of failure, so that a script can tell what happened."""

from __future__ import annotations

from jamlik.model.errors import ErrorKind

__all__ = ["EXIT_CODES", "INTERRUPTED", "OK", "UNFORESEEN", "exit_code"]

OK = 0
UNFORESEEN = 70
INTERRUPTED = 130
EXIT_CODES = {
    ErrorKind.USAGE: 2,
    ErrorKind.UNREADABLE: 3,
    ErrorKind.CONTRACT: 4,
    ErrorKind.NOTHING_TO_ANALYSE: 5,
    ErrorKind.FORBIDDEN_GROUND: 6,
    ErrorKind.RELEASE_REFUSED: 7,
    ErrorKind.NETWORK: 8,
    ErrorKind.OUTPUT: 9,
}


def exit_code(kind: ErrorKind) -> int:
    """Exit code of a kind of failure; 0 is success, 70 a fault of ours, 130 an interruption."""
    return EXIT_CODES[kind]
