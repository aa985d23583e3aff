"""Addresses of `learning`, under `/learning/`."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from jamlik.web.learning import course_views, coverage_views, method_views

app_name = "learning"
urlpatterns: list[URLPattern | URLResolver] = [
    path("course/", course_views.course, name="course"),
    path("course/coverage/", coverage_views.coverage, name="coverage"),
    path("course/<slug:key>/", course_views.module, name="module"),
    path("course/<slug:key>/check/", course_views.check, name="check"),
    path("course/<slug:key>/result/", course_views.result, name="result"),
    path("method/", method_views.method, name="method"),
    path("method/all/", method_views.whole_method, name="whole_method"),
    path("method/<slug:key>/", method_views.chapter, name="chapter"),
]
