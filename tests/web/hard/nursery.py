"""Starts the site's processes for the tests of killing them.

Starting Python with everything the site needs takes seconds, and these tests start many processes. So this one reads
all of it once and forks: each child is a process of its own, runs what `jamlik worker` runs, or answers requests with
the site's WSGI application, and is killed like any other. One line of JSON in, one out: the child's number.
"""

from __future__ import annotations

import json
import os
import signal
import socketserver
import sys
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

__all__ = ["main"]


class _Threaded(socketserver.ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


def _web(port: int) -> None:
    from jamlik.web.wsgi import application

    make_server("127.0.0.1", port, application, server_class=_Threaded, handler_class=_Quiet).serve_forever()


def _worker() -> None:
    from jamlik.cli.commands.site import work

    work(parent=0, lang="sv")


def main() -> None:
    """Fork a child for each line until the lines end."""
    import django

    django.setup()
    import jamlik.web.urls
    import jamlik.web.wsgi

    assert jamlik.web.urls.urlpatterns
    assert jamlik.web.wsgi.application
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the dead leave no trace, so that a test can see they are gone
    print("ready", flush=True)
    for line in sys.stdin:
        asked = json.loads(line)
        pid = os.fork()
        if pid == 0:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            os.environ["JAMLIK_TEST_RUN"] = asked["run"]
            log = os.open(asked["log"], os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o600)
            os.dup2(log, 1)
            os.dup2(log, 2)
            os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
            try:
                _web(asked["port"]) if asked["run"] == "web" else _worker()
            finally:
                os._exit(0)
        print(pid, flush=True)


if __name__ == "__main__":
    main()
