"""Room cli.commands."""
