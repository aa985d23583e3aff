"""The app `desk`: the start page of each role, and search over everything."""
