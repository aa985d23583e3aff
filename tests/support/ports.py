"""A port for a server that a test starts in a process of its own."""

from __future__ import annotations

import os
import random
import socket
from itertools import count

__all__ = ["own_port"]

# Below what systems hand out by themselves to whoever connects (32768 and up on Linux, 49152 elsewhere): between the
# moment a port is found free and the moment the server listens on it, no connection can happen to take it.
_LOW, _HIGH = 18_000, 32_000
_numbers = count(random.SystemRandom().randrange(_LOW, _HIGH))


def own_port() -> int:
    """A port of 127.0.0.1 that nobody listens on and that no other test of this run is given."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")
    for number in _numbers:
        port = _LOW + number % (_HIGH - _LOW)
        if port % 8 != int(worker or 0) % 8:  # each of the run's workers has ports of its own
            continue
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        return port
    raise AssertionError("there is always a next number")
