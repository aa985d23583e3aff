"""Template tags of `assessments`."""
