"""The method beside the work, good examples from the units, and the course with each unit's coverage."""
