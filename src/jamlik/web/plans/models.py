"""The tables of `plans`."""
