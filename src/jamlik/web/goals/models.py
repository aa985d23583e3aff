"""The tables of `goals`."""
