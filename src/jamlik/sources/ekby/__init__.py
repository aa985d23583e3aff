"""Room sources.ekby."""
