"""The app `plans`: actions, milestones, updates, measuring again."""
