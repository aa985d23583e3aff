"""How Django knows the app, and what every app's registrations are read from."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules

__all__ = ["CoreConfig"]

# An app that has one of these modules has it read at start, so that what it registers is known in every process.
# `jobs` is read when a job is first asked for: it brings in all that analyses and draws, which takes seconds.
READ_AT_START = ("navigation", "mail", "hooks")


class CoreConfig(AppConfig):
    """What every app stands on."""

    name = "jamlik.web.core"
    label = "core"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Read what the apps register."""
        autodiscover_modules(*READ_AT_START)
