"""The app `assessments`: rounds, assignments and verdicts."""
