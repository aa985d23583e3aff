"""`User`: a person who logs in with an e-mail address."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth import get_backends
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.core.exceptions import PermissionDenied
from django.db import models
from django.db.models.functions import Lower
from django.http import HttpRequest

__all__ = ["LANGUAGE_CHOICES", "User", "Users", "person"]

LANGUAGE_CHOICES = [("sv", "Svenska"), ("en", "English"), ("fi", "Suomi")]


class Users(BaseUserManager["User"]):
    """How people are added."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        """Add a person; without a password they log in by a link or through the municipality's own log-in."""
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user


class User(AbstractBaseUser):
    """A person with a login. What they may do lies in their roles, not here."""

    email = models.EmailField(max_length=254, unique=True)
    name = models.CharField(max_length=200, blank=True)
    language = models.CharField(max_length=2, choices=LANGUAGE_CHOICES, default="sv")
    is_active = models.BooleanField(default=True)
    joined_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[Users] = Users()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        app_label = "core"
        ordering = ("name", "email")
        constraints = (models.UniqueConstraint(Lower("email"), name="core_user_email_once"),)

    def __str__(self) -> str:
        return self.name or self.email

    def has_perm(self, name: str, obj: models.Model | None = None) -> bool:
        """Whether some role gives the permission; nothing for a person who is no longer active."""
        # Backends that let people in would answer for Django's own permissions, which nobody here has.
        asked = (each for each in get_backends() if getattr(each, "answers_by_roles", False))
        return self.is_active and any(backend.has_perm(self, name, obj) for backend in asked)

    def has_perms(self, names: list[str], obj: models.Model | None = None) -> bool:
        """Whether every permission is given."""
        return all(self.has_perm(name, obj) for name in names)


def person(request: HttpRequest) -> User:
    """Who is logged in, in a view that asks for it.

    Raises
    ------
    PermissionDenied
        Nobody is.
    """
    if isinstance(request.user, User):
        return request.user
    raise PermissionDenied
