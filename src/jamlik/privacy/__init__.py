"""Room privacy."""
