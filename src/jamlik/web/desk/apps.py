"""How Django knows the app."""

from __future__ import annotations

from django.apps import AppConfig

__all__ = ["DeskConfig"]


class DeskConfig(AppConfig):
    """The start page of each role, and search over everything."""

    name = "jamlik.web.desk"
    label = "desk"
    default_auto_field = "django.db.models.BigAutoField"
