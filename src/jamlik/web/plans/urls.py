"""Addresses of `plans`, under `/plans/`."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from jamlik.web.plans import followup_views, guided_views, part_views, plan_views, remeasure_views, views

app_name = "plans"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.action_list, name="list"),
    path("board/", views.action_board, name="board"),
    path("timeline/", views.action_timeline, name="timeline"),
    path("begin/<int:finding>/<int:unit>/", guided_views.begin, name="begin"),
    path("actions/<int:pk>/", views.action_page, name="action"),
    path("actions/<int:pk>/plan/check/", guided_views.check, name="check"),
    path("actions/<int:pk>/plan/<slug:step>/", guided_views.step_page, name="step"),
    path("actions/<int:pk>/edit/", views.edit, name="edit"),
    path("actions/<int:pk>/report/", views.report, name="report"),
    path("actions/<int:pk>/stop/", views.stop, name="stop"),
    path("actions/<int:pk>/contributors/", views.contributor, name="contributor"),
    path("actions/<int:pk>/contributors/<int:row>/remove/", views.remove_contributor, name="remove_contributor"),
    path("actions/<int:pk>/contributors/<int:row>/", part_views.edit_contributor, name="edit_contributor"),
    path("actions/<int:pk>/milestones/<int:row>/", part_views.edit_milestone, name="edit_milestone"),
    path("actions/<int:pk>/milestones/", views.milestone, name="milestone"),
    path("actions/<int:pk>/milestones/<int:row>/reach/", views.reach, name="reach"),
    path("actions/<int:pk>/remeasure/", remeasure_views.remeasure, name="remeasure"),
    path("remeasures/<int:pk>/", remeasure_views.remeasure_page, name="remeasured"),
    path("remeasures/<int:pk>/confirm/", remeasure_views.confirm, name="confirm"),
    path("follow-up/", followup_views.follow_up, name="follow_up"),
    path("follow-up/word/", followup_views.follow_up_word, name="follow_up_word"),
    path("plans/", plan_views.plan_list, name="plans"),
    path("plans/new/", plan_views.new_plan, name="new_plan"),
    path("plans/<int:pk>/", plan_views.plan_page, name="plan"),
    path("plans/<int:pk>/edit/", plan_views.edit_plan, name="edit_plan"),
    path("plans/<int:pk>/move/", plan_views.move, name="move_plan"),
    path("plans/<int:pk>/pdf/", plan_views.plan_pdf, name="plan_pdf"),
    path("plans/<int:pk>/word/", plan_views.plan_word, name="plan_word"),
]
