"""Template tags of `plans`."""
