"""What people change about themselves."""

from __future__ import annotations

from jamlik.web.core.models import User

__all__ = ["choose_language"]


def choose_language(*, user: User, language: str) -> None:
    """Keep the language that a person reads in. No event: it changes nothing that others see."""
    User.objects.filter(pk=user.pk).update(language=language)
