"""How Django knows the app."""

from __future__ import annotations

from django.apps import AppConfig

__all__ = ["RegisterConfig"]


class RegisterConfig(AppConfig):
    """Laws, governing documents with versions, themes."""

    name = "jamlik.web.register"
    label = "register"
    default_auto_field = "django.db.models.BigAutoField"
