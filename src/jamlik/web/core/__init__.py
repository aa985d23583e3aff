"""The app `core`: what every app stands on: people, texts, pages, jobs, mail, log-in."""
