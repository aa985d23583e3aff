"""Addresses of `learning`, under `/learning/`."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from jamlik.web.learning import method_views

app_name = "learning"
urlpatterns: list[URLPattern | URLResolver] = [
    path("method/", method_views.method, name="method"),
    path("method/all/", method_views.whole_method, name="whole_method"),
    path("method/<slug:key>/", method_views.chapter, name="chapter"),
]
