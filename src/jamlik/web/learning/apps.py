"""How Django knows the app."""

from __future__ import annotations

from django.apps import AppConfig

__all__ = ["LearningConfig"]


class LearningConfig(AppConfig):
    """The method, good examples and the course."""

    name = "jamlik.web.learning"
    label = "learning"
    default_auto_field = "django.db.models.BigAutoField"
