"""Addresses of `statistics`, under `/statistics/`."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver

app_name = "statistics"
urlpatterns: list[URLPattern | URLResolver] = []
