"""The app, and what it does once at start: collect every app's permissions."""

from __future__ import annotations

from django.apps import AppConfig, apps

from jamlik.web.organisation.roles import collect

__all__ = ["OrganisationConfig"]


class OrganisationConfig(AppConfig):
    """The organisation app."""

    name = "jamlik.web.organisation"
    label = "organisation"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Collect the permissions that the apps declare."""
        collect(app for app in apps.get_app_configs() if app.name.startswith("jamlik.web."))
