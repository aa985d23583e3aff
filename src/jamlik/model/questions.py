"""Questions that can be asked again, and the fixed list of comparisons a dataset is asked.

The list is fixed before any figure is seen, so that the family of tests can be stated. It is also what the truth file
of the demo municipality is written for, which is why it lives here.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, product

from jamlik.model.groupings import Dimension, Group, Role, dimension_label

__all__ = ["BEST", "Comparison", "Question", "Reference", "comparisons", "finding_id", "question_key", "rest_of"]


BEST = "^best"


@dataclass(frozen=True, slots=True)
class Reference:
    """Who a dimension's groups are compared with.

    `kind` is `other` (the other of two codes, the usual reference for sex), `rest` (everybody else in the same
    grouping), `named` (the group with `code`), `total` (the whole, for published values) or `best` (the best-off group,
    chosen for each indicator from earlier periods; `BEST` stands for it in the question, so that the question stays the
    same when another group becomes best off).
    """

    kind: str
    code: str = ""


@dataclass(frozen=True, slots=True)
class Comparison:
    """One comparison: a group against a reference, both as groups; `!x` in a reference means everybody but x.

    `varies` is the dimension in which group and reference differ.
    """

    group: Group
    reference: Group
    varies: str

    @property
    def dimension(self) -> str:
        """Label such as `sex` or `sex+area`."""
        return dimension_label(self.group)


@dataclass(frozen=True, slots=True)
class Question:
    """What was asked: the comparison, of which indicator, with which measure, when."""

    indicator: str
    period: str
    comparison: Comparison
    measure: str = "difference"


def rest_of(code: str) -> str:
    """Code for everybody in a dimension but `code`."""
    return f"!{code}"


def _default_reference(dimension: Dimension) -> Reference:
    if dimension.role is Role.SEX and set(dimension.codes) == {"K", "M"}:
        return Reference("named", "M")
    if len(dimension.codes) == 2:
        return Reference("named", dimension.codes[1])
    return Reference("rest")


def _pairs(dimension: Dimension, reference: Reference) -> Iterator[tuple[str, str]]:
    for code in dimension.codes:
        if reference.kind == "best":
            yield code, BEST
        elif reference.kind == "named":
            if code != reference.code:
                yield code, reference.code
        elif reference.kind == "total":
            yield code, "*"
        elif len(dimension.codes) > 1:
            yield code, rest_of(code)


def comparisons(
    dimensions: Sequence[Dimension],
    *,
    references: Mapping[str, Reference] | None = None,
    max_way: int = 3,
) -> tuple[Comparison, ...]:
    """List every comparison asked of a dataset with these dimensions.

    One way: each code against the dimension's reference (women against men; the first of two codes against the second;
    otherwise the rest). Two and three ways:
    the last-named dimension to vary is sex within the other groups (girls against boys in Norr), and, in two-way
    groups, each area against the rest of the municipality for the same sex or age. Covariates are never compared.
    A nested area level (`nested_in`) is compared one way and crossed with sex only.

    Parameters
    ----------
    dimensions : sequence of Dimension
        In any order; sorted by role so that the list does not depend on it.
    references : mapping of dimension name to Reference, optional
        Overrides the default reference.
    max_way : int
        1 to 3.
    """
    named = references or {}
    by_name = {d.name: d for d in dimensions if d.role is not Role.COVARIATE}
    names = sorted(by_name)
    found: list[Comparison] = []
    for way in range(1, max_way + 1):
        for chosen in combinations(names, way):
            if not _may_be_crossed([by_name[name] for name in chosen]):
                continue
            for varies in _varying(chosen, by_name):
                reference = named.get(varies) or Reference("other")
                if reference.kind == "other":
                    reference = _default_reference(by_name[varies])
                found.extend(_crossed(chosen, varies, reference, by_name))
    return tuple(found)


def _may_be_crossed(chosen: Sequence[Dimension]) -> bool:
    nested = [d for d in chosen if d.nested_in]
    others = [d for d in chosen if not d.nested_in]
    return len(chosen) == 1 or not nested or (len(chosen) == 2 and len(others) == 1 and others[0].role is Role.SEX)


def _varying(chosen: tuple[str, ...], by_name: Mapping[str, Dimension]) -> tuple[str, ...]:
    if len(chosen) == 1:
        return chosen
    sexes = tuple(name for name in chosen if by_name[name].role is Role.SEX)
    others = tuple(name for name in chosen if by_name[name].role in (Role.AREA, Role.CATEGORY))
    return sexes + (others if len(chosen) == 2 else ()) or chosen[-1:]


def _crossed(
    chosen: tuple[str, ...], varies: str, reference: Reference, by_name: Mapping[str, Dimension]
) -> Iterator[Comparison]:
    fixed = [name for name in chosen if name != varies]
    for codes in product(*(by_name[name].codes for name in fixed)):
        held = tuple(zip(fixed, codes, strict=True))
        for code, against in _pairs(by_name[varies], reference):
            other = held if against == "*" else (*held, (varies, against))
            yield Comparison(tuple(sorted((*held, (varies, code)))), tuple(sorted(other)), varies)


def question_key(*, indicator: str, comparison: Comparison, measure: str = "difference") -> str:
    """Hash of the canonical codes of a question: no period, label or value; 16 hexadecimal digits."""
    content = [indicator, list(comparison.group), list(comparison.reference), measure]
    return hashlib.sha256(json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()).hexdigest()[:16]


def finding_id(*, key: str, period: str) -> str:
    """Identity of a finding: the question at a period."""
    return f"{key}@{period}"
