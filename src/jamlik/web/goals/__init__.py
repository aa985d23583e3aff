"""The app `goals`: goals and targets, and how far they have come."""
