"""Room engine.backends."""
