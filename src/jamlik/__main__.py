"""Lets `python -m jamlik` do what the `jamlik` command does."""

from jamlik.cli.main import main

if __name__ == "__main__":
    main()
