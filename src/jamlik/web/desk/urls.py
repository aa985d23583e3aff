"""Addresses of `desk`: the site's first page, search, and how a site begins."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from jamlik.web.desk import begin_views, help_views, views

app_name = "desk"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.start, name="start"),
    path("search/", views.search, name="search"),
    path("help/", help_views.help_page, name="help"),
    path("begin/ekby/", begin_views.ekby, name="ekby"),
    path("begin/ekby/people/", begin_views.people, name="ekby_people"),
    path("begin/own/", begin_views.own, name="own"),
]
