"""How Django knows the app."""

from __future__ import annotations

from django.apps import AppConfig

__all__ = ["StatisticsConfig"]


class StatisticsConfig(AppConfig):
    """Indicators, data sets and imports, published results, findings."""

    name = "jamlik.web.statistics"
    label = "statistics"
    default_auto_field = "django.db.models.BigAutoField"
