"""How Django knows the app."""

from __future__ import annotations

from django.apps import AppConfig

__all__ = ["PlansConfig"]


class PlansConfig(AppConfig):
    """Actions, milestones, updates, measuring again."""

    name = "jamlik.web.plans"
    label = "plans"
    default_auto_field = "django.db.models.BigAutoField"
