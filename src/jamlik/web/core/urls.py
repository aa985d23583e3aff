"""Addresses of what every page needs."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from jamlik.web.core import about_views, views

app_name = "core"
urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", views.healthz, name="healthz"),
    path("language/", views.choose_language, name="language"),
    path("jobs/<int:pk>/", views.job_page, name="job"),
    path("theme.css", views.theme_css, name="theme"),
    path("help/accessibility/", about_views.accessibility, name="accessibility"),
    path("help/privacy/", about_views.privacy, name="privacy"),
    path("help/contact/", about_views.contact, name="contact"),
    path("favicon.ico", views.icon, name="icon"),
]
