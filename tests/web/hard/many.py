"""Every kind of object, and each of them many times over: all that the walk over the URLs makes, copied row by row."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import count
from typing import Any

from django.apps import apps
from django.db import connection, models

from jamlik.web.core.audit_models import AuditDetails, AuditEvent, AuditHead
from jamlik.web.organisation.models import Unit

__all__ = ["copied", "own_models", "texts_of"]

_numbers = count(1)
_NOT_COPIED = (AuditEvent, AuditDetails, AuditHead, Unit)


def own_models() -> list[type[models.Model]]:
    """The site's own models, those that others point at first."""
    every = [model for model in apps.get_models() if model.__module__.startswith("jamlik.web.")]
    done: list[type[models.Model]] = []
    while every:
        ready = [model for model in every if not (_needed(model) & set(every) - {model})] or every[:1]
        done += ready
        every = [model for model in every if model not in ready]
    return done


def _needed(model: type[models.Model]) -> set[Any]:
    return {field.related_model for field in _keys(model) if not field.null}


def _keys(model: type[models.Model]) -> list[Any]:
    return [field for field in model._meta.concrete_fields if field.is_relation]


def texts_of(model: type[models.Model]) -> list[Any]:
    """Fields that hold text of any kind."""
    return [field for field in model._meta.concrete_fields if isinstance(field, models.CharField | models.TextField)]


def _unique(model: type[models.Model]) -> set[str]:
    """Names of text fields whose values may not come twice."""
    found = {field.name for field in texts_of(model) if field.unique or field.name == "email"}
    for constraint in model._meta.constraints:
        if isinstance(constraint, models.UniqueConstraint):
            found |= {field.name for field in texts_of(model) if field.name in constraint.fields and not field.choices}
    return found - {"audience"}  # says for whom, not which


def copied(*, times: int) -> None:
    """Copy every row that is there, with everything it points at, so many times; what may not come twice differs."""
    new: dict[tuple[type[models.Model], int], dict[Any, Any]] = {}
    later: list[tuple[models.Model, models.Model, int]] = []
    for model in own_models():
        if issubclass(model, _NOT_COPIED):
            continue
        olds = list(model._default_manager.order_by("pk"))
        for number in range(times):
            copies = [_copy(old, number, new) for old in olds]
            made = _kept(model, copies)
            new[model, number] = {old.pk: copy for old, copy in zip(olds, made, strict=True)}
            later += [(old, copy, number) for old, copy in zip(olds, made, strict=True)]
    for old, copy, number in later:
        _point_anew(old, copy, new, number)
    _copy_many_to_many(new)
    if connection.vendor == "postgresql":  # as a site's server does by itself within a minute
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")


def _copy(old: models.Model, number: int, new: dict[Any, dict[Any, Any]]) -> models.Model:
    model = type(old)
    copy = model(**{field.attname: getattr(old, field.attname) for field in model._meta.concrete_fields})
    key = model._meta.pk
    if not key.is_relation and not isinstance(key, models.CharField):
        copy.pk = None
    copy._state.adding = True
    for name in _unique(model):
        value, field = getattr(old, name), model._meta.get_field(name)
        if value:
            setattr(copy, name, f"{next(_numbers)}~{value}"[: field.max_length])
    for field in _keys(model):
        there = new.get((field.related_model, number), {}).get(getattr(old, field.attname))
        if there is not None:
            setattr(copy, field.attname, there.pk)
    return copy


def _kept(model: type[models.Model], copies: list[models.Model]) -> list[models.Model]:
    return model._default_manager.bulk_create(copies, batch_size=200)


def _point_anew(old: models.Model, copy: models.Model, new: dict[Any, dict[Any, Any]], number: int) -> None:
    """Rows that point at each other: the second half of the circle."""
    changed = {}
    for field in _keys(type(old)):
        there = new.get((field.related_model, number), {}).get(getattr(old, field.attname))
        if there is not None and getattr(copy, field.attname) != there.pk:
            changed[field.attname] = there.pk
    if changed:
        type(old)._default_manager.filter(pk=copy.pk).update(**changed)


def _copy_many_to_many(new: dict[Any, dict[Any, Any]]) -> None:
    for model, number in list(new):
        for field in model._meta.many_to_many:
            through = field.remote_field.through
            if not through._meta.auto_created:
                continue
            here, there = field.m2m_column_name(), field.m2m_reverse_name()
            targets = new.get((field.related_model, number), {})
            rows: Iterable[Any] = through._default_manager.filter(**{f"{here}__in": list(new[model, number])})
            through._default_manager.bulk_create(
                through(
                    **{
                        here: new[model, number][getattr(row, here)].pk,
                        there: targets[getattr(row, there)].pk
                        if getattr(row, there) in targets
                        else getattr(row, there),
                    }
                )
                for row in rows
            )
