"""The help page: what the site is for, how the work goes, and what each role does first."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from jamlik.web.core.access import permission
from jamlik.web.core.models import User
from jamlik.web.core.texts import say
from jamlik.web.desk.role_steps import help_for
from jamlik.web.organisation.queries import roles_of
from jamlik.web.organisation.roles import Role

__all__ = ["help_page"]


@permission(public=True)
def help_page(request: HttpRequest) -> HttpResponse:
    """Help for everybody; one's own roles stand first, with links."""
    user = request.user if isinstance(request.user, User) else None
    own = roles_of(user) if user is not None else frozenset()
    page = {
        "heading": say("desk.help.title"),
        "own": [help_for(role, user) for role in Role if role in own],
        "others": [help_for(role) for role in Role if role not in own],
    }
    return render(request, "desk/help.html", page)
