"""Addresses of `handbook`, under `/handbook/`."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from jamlik.web.handbook import filled_views, paper_views, question_views, report_views, review_views, views

app_name = "handbook"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.analysis_list, name="list"),
    path("new/", views.choose_unit, name="choose_unit"),
    path("new/<int:unit>/", views.begin, name="begin"),
    path("forms/", paper_views.blank_forms, name="blank_forms"),
    path("forms/<slug:name>/<slug:depth>/<slug:kind>/", paper_views.blank_form, name="blank"),
    path("analyses/<int:pk>/form/<slug:kind>/", paper_views.analysis_form, name="form"),
    path("analyses/<int:pk>/report/<int:number>/<slug:kind>/", report_views.report, name="report"),
    path("analyses/<int:pk>/upload/", filled_views.upload, name="upload"),
    path("analyses/<int:pk>/filled/<int:filled>/", filled_views.filled_page, name="filled"),
    path("analyses/<int:pk>/", views.analysis_page, name="analysis"),
    path("analyses/<int:pk>/change/", views.change, name="change"),
    path("analyses/<int:pk>/check/", review_views.check, name="check"),
    path("analyses/<int:pk>/completion/", review_views.completion, name="completion"),
    path("analyses/<int:pk>/approve/", review_views.approve, name="approve"),
    path("analyses/<int:pk>/carry/", review_views.carry, name="carry"),
    path("analyses/<int:pk>/decision/", review_views.decision, name="decision"),
    path("analyses/<int:pk>/questions/<slug:question>/", question_views.question_page, name="question"),
    path("analyses/<int:pk>/questions/<slug:question>/<slug:row>/", question_views.row_page, name="row"),
    path("analyses/<int:pk>/questions/<slug:question>/<slug:row>/remove/", question_views.remove, name="remove"),
]
