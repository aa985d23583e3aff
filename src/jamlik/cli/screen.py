"""What a person sees in the terminal: progress and talk on stderr, data on stdout."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from jamlik.cli.exits import INTERRUPTED, exit_code
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
        talk.print(str(error), markup=False)
        sys.exit(exit_code(error.kind))
    except KeyboardInterrupt:
        talk.print(phrase(lang, "cli.interrupted"))
        sys.exit(INTERRUPTED)
