"""The method: its chapters, one at a time or all of them to print."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from jamlik.handbook.method import chapters
from jamlik.web.core.access import permission
from jamlik.web.learning.shown import chapters_of, is_unreviewed

__all__ = ["chapter", "method", "whole_method"]


@permission("learning.read")
def method(request: HttpRequest) -> HttpResponse:
    """What the chapters are about, in the order they are read."""
    return render(request, "learning/method.html", {"chapters": chapters_of(chapters())})


@permission("learning.read")
def chapter(request: HttpRequest, key: str) -> HttpResponse:
    """One chapter, and the way to the ones before and after it."""
    keys = [each.key for each in chapters()]
    if key not in keys:
        raise Http404
    place = keys.index(key)
    shown = chapters_of(chapters()[max(place - 1, 0) : place + 2])
    here = next(n for n, each in enumerate(shown) if each.key == key)
    page = {
        "chapter": shown[here],
        "before": shown[here - 1] if here else None,
        "after": shown[here + 1] if here + 1 < len(shown) else None,
        "unreviewed": is_unreviewed(),
    }
    return render(request, "learning/chapter.html", page)


@permission("learning.read")
def whole_method(request: HttpRequest) -> HttpResponse:
    """Every chapter on one page, to be printed."""
    page = {"chapters": chapters_of(chapters()), "unreviewed": is_unreviewed()}
    return render(request, "learning/whole_method.html", page)
