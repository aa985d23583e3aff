"""How Django knows the app."""

from __future__ import annotations

from django.apps import AppConfig

__all__ = ["GoalsConfig"]


class GoalsConfig(AppConfig):
    """Goals and targets, and how far they have come."""

    name = "jamlik.web.goals"
    label = "goals"
    default_auto_field = "django.db.models.BigAutoField"
