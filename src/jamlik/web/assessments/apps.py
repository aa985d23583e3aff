"""How Django knows the app."""

from __future__ import annotations

from django.apps import AppConfig

__all__ = ["AssessmentsConfig"]


class AssessmentsConfig(AppConfig):
    """Rounds, assignments and verdicts."""

    name = "jamlik.web.assessments"
    label = "assessments"
    default_auto_field = "django.db.models.BigAutoField"
