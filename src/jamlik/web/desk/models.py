"""The tables of `desk`."""
