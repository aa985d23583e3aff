"""Which charts an indicator gets: those that its data can carry, in the order a reader wants them."""

from __future__ import annotations

from jamlik.charts.chart import Chart
from jamlik.charts.dots import dots_chart, split_by_sex
from jamlik.charts.lines import lines_chart
from jamlik.charts.maps import map_chart
from jamlik.charts.multiples import multiples_chart
from jamlik.charts.subject import Subject
from jamlik.model.groupings import Dimension, Role, group_of
from jamlik.model.indicators import Indicator
from jamlik.model.results import AnalysisResult

__all__ = ["MOST_PANELS", "charts_for"]

MOST_PANELS = 40
_ROLES = (Role.AREA, Role.AGE, Role.CATEGORY)


def _divisions(subject: Subject) -> list[Dimension]:
    """Return the dimensions that give rows: areas first, then ages, then others, each with two groups or more."""
    found = []
    for dimension in subject.result.table.dimensions.values():
        if dimension.role not in _ROLES:
            continue
        groups = [group_of(**{dimension.name: code}) for code in dimension.codes]
        given = [any(subject.at(subject.with_sex(g, s)) for s in ("", *subject.sexes)) for g in groups]
        if sum(given) > 1:
            found.append(dimension)
    return sorted(found, key=lambda d: (_ROLES.index(d.role), bool(d.nested_in), d.name))


def charts_for(result: AnalysisResult, indicator: str | Indicator, *, lang: str = "") -> tuple[Chart, ...]:
    """The charts that fit an indicator.

    Dots for each division (areas, ages, others), with women and men apart where at least half of that may be shown;
    dots for the sexes alone where no division shows them; lines where there are two periods, small multiples where
    there are three and at most 40 areas, a map where there is a geography and two areas to colour. With more than 40
    rows, dots show the 15 highest and the 15 lowest and say so.

    Parameters
    ----------
    indicator : str or Indicator
        Or its id.

    Returns
    -------
    tuple of Chart
        Empty when nothing may be shown.

    Raises
    ------
    KeyError
        When the result has no such indicator.
    """
    about = result.table.indicators[indicator] if isinstance(indicator, str) else indicator
    subject = Subject(result, about, lang or result.lang)
    divisions = _divisions(subject)
    found = [dots_chart(result, about, by=division.name, lang=lang) for division in divisions]
    apart = any(split_by_sex(subject, division.name) for division in divisions)
    if subject.sex and not apart:
        found.insert(0, dots_chart(result, about, lang=lang))
    found.append(lines_chart(result, about, lang=lang))
    areas = [d for d in divisions if d.role is Role.AREA and len(d.codes) <= MOST_PANELS]
    found += [multiples_chart(result, about, by=d.name, lang=lang) for d in areas[:1]]
    found.append(map_chart(result, about, lang=lang))
    return tuple(chart for chart in found if chart is not None)
