"""Addresses of what every page needs."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from jamlik.web.core import views

app_name = "core"
urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", views.healthz, name="healthz"),
    path("language/", views.choose_language, name="language"),
    path("jobs/<int:pk>/", views.job_page, name="job"),
    path("theme.css", views.theme_css, name="theme"),
    path("favicon.ico", views.icon, name="icon"),
]
