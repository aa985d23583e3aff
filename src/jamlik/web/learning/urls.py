"""Addresses of `learning`, under `/learning/`."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from jamlik.web.learning import course_views, coverage_views, example_views, method_views

app_name = "learning"
urlpatterns: list[URLPattern | URLResolver] = [
    path("course/", course_views.course, name="course"),
    path("course/coverage/", coverage_views.coverage, name="coverage"),
    path("course/<slug:key>/", course_views.module, name="module"),
    path("course/<slug:key>/check/", course_views.check, name="check"),
    path("course/<slug:key>/result/", course_views.result, name="result"),
    path("examples/", example_views.example_list, name="examples"),
    path("examples/load/", example_views.load_examples, name="load_examples"),
    path("examples/new/", example_views.add_example, name="add_example"),
    path("examples/<int:pk>/", example_views.example, name="example"),
    path("examples/<int:pk>/change/", example_views.change_example, name="change_example"),
    path("examples/<int:pk>/propose/", example_views.propose_example, name="propose_example"),
    path("examples/<int:pk>/review/", example_views.review_example, name="review_example"),
    path("examples/<int:pk>/withdraw/", example_views.withdraw_example, name="withdraw_example"),
    path("method/", method_views.method, name="method"),
    path("method/all/", method_views.whole_method, name="whole_method"),
    path("method/<slug:key>/", method_views.chapter, name="chapter"),
]
