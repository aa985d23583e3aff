"""What a person sees in the terminal: progress and talk on stderr, data on stdout."""

from __future__ import annotations

import errno
import os
import signal
import sys
import threading
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from jamlik import __version__
from jamlik.cli.exits import INTERRUPTED, UNFORESEEN, exit_code
from jamlik.model.errors import JamlikError
from jamlik.model.words import phrase, words

__all__ = ["Report", "failing_clearly", "out", "progress_bar", "talk"]

Report = Callable[[str, float], None]

talk = Console(stderr=True, highlight=False, soft_wrap=True)
out = Console(highlight=False, soft_wrap=True)


@contextmanager
def progress_bar(lang: str) -> Iterator[Report]:
    """Show the steps of a long job with a bar each; quiet when stderr is no terminal."""
    names = words(lang, "cli.step")
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=talk, transient=True, disable=not talk.is_terminal) as bar:
        tasks = {}

        def report(step: str, share: float) -> None:
            if step not in tasks:
                tasks[step] = bar.add_task(names.get(step, step), total=1.0)
            bar.update(tasks[step], completed=share)

        yield report


@contextmanager
def failing_clearly(lang: str) -> Iterator[None]:
    """Turn an error a person can mend into its four parts and an exit code."""
    if threading.current_thread() is threading.main_thread():
        signal.siginterrupt(signal.SIGINT, True)  # Polars, once imported, lets a read go on after Ctrl-C; we stop it
    try:
        yield
    except JamlikError as error:
        talk.print(phrase(lang, "cli.failed"), style="bold red")
        talk.print(error.text(lang), markup=False)
        sys.exit(exit_code(error.kind))
    except KeyboardInterrupt:
        talk.print(phrase(lang, "cli.interrupted"))
        sys.exit(INTERRUPTED)
    except (typer.Exit, typer.Abort, typer.BadParameter):
        raise
    except Exception as error:
        if isinstance(error, OSError) and error.errno == errno.EPIPE:  # whoever read our output has left
            raise
        _tell_unforeseen(error, lang)
        sys.exit(UNFORESEEN)


def _tell_unforeseen(error: Exception, lang: str) -> None:
    """Own up to a fault of ours.

    The error's own text may hold what stood in the file, so it is told only to somebody who asks for it.
    """
    if os.environ.get("JAMLIK_DEBUG", "") not in ("", "0"):
        talk.print("".join(traceback.format_exception(error)), markup=False)
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if f"{os.sep}jamlik{os.sep}" in frame.filename] or frames
    where = f"{os.path.basename(own[-1].filename)}:{own[-1].lineno}" if own else "?"
    fault = f"jamlik {__version__}, {type(error).__name__}, {where}"
    talk.print(phrase(lang, "cli.failed"), style="bold red")
    for key in ("what", "left", "send", "debug"):
        talk.print(phrase(lang, f"cli.unforeseen.{key}", fault=fault), markup=False)
