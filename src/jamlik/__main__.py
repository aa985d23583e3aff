"""``python -m jamlik``."""

from jamlik.cli.main import main

main()
