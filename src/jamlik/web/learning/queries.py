"""Everything that is read in the app."""

from __future__ import annotations

from collections.abc import Collection

from jamlik.web.register.models import Law

__all__ = ["laws_by_code"]


def laws_by_code(codes: Collection[str]) -> dict[str, int]:
    """Keys of the laws that the register has, by code."""
    return dict(Law.objects.filter(code__in=codes).values_list("code", "pk")) if codes else {}
