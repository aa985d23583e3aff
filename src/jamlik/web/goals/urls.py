"""Addresses of `goals`, under `/goals/`."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from jamlik.web.goals import edit_views, list_views, views

app_name = "goals"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.tree, name="tree"),
    path("list/", views.goal_list, name="list"),
    path("indicators/", views.indicators, name="indicators"),
    path("indicators/<int:key>/", views.indicator, name="indicator"),
    path("new/", edit_views.new_goal, name="new_goal"),
    path("new/<slug:step>/", edit_views.new_goal, name="new_goal_step"),
    path("lists/", list_views.upload, name="upload"),
    path("lists/<int:key>/", list_views.review, name="review"),
    path("lists/<int:key>/accept/", list_views.accept, name="accept_list"),
    path("lists/<int:key>/drop/", list_views.drop, name="drop_list"),
    path("targets/<int:key>/", views.target, name="target"),
    path("targets/<int:key>/withdraw/", edit_views.withdraw, name="withdraw"),
    path("<int:key>/", views.goal, name="goal"),
    path("<int:key>/edit/", edit_views.edit_goal, name="edit_goal"),
    path("<int:key>/edit/<slug:step>/", edit_views.edit_goal, name="edit_goal_step"),
    path("<int:key>/adopt/", edit_views.adopt, name="adopt"),
    path("<int:key>/end/", edit_views.end, name="end"),
    path("<int:key>/targets/new/", edit_views.new_target, name="new_target"),
    path("<int:key>/targets/new/<slug:step>/", edit_views.new_target, name="new_target_step"),
]
