"""How Django knows the app."""

from __future__ import annotations

from django.apps import AppConfig

__all__ = ["HandbookConfig"]


class HandbookConfig(AppConfig):
    """Analyses by the handbook's questions."""

    name = "jamlik.web.handbook"
    label = "handbook"
    default_auto_field = "django.db.models.BigAutoField"
