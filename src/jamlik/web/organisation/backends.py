"""Django's `has_perm`, answered by roles in the tree. It lets nobody in; logging in is other backends' work."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.backends import BaseBackend
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser

from jamlik.web.organisation.models import Unit
from jamlik.web.organisation.queries import has_permission

__all__ = ["RoleBackend"]


class RoleBackend(BaseBackend):
    """Answers for permissions by the person's roles today."""

    answers_by_roles = True  # what `User.has_perm` looks for

    def has_perm(self, user_obj: AbstractBaseUser | AnonymousUser, perm: str, obj: Any = None) -> bool:
        """Whether a person has a permission: anywhere, or for a unit (or the unit of an object)."""
        if obj is None:
            return has_permission(user_obj, perm)
        unit = obj if isinstance(obj, Unit) else getattr(obj, "unit", None)
        return isinstance(unit, Unit) and has_permission(user_obj, perm, unit)
