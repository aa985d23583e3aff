"""Addresses of `organisation`, under `/organisation/`."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver

app_name = "organisation"
urlpatterns: list[URLPattern | URLResolver] = []
