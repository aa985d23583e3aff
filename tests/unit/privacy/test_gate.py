"""The one door: what comes out, and what an attacker can make of it."""

from __future__ import annotations

import dataclasses
import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jamlik.model.errors import ErrorKind, JamlikError
from jamlik.model.groupings import Dimension, Role
from jamlik.model.indicators import Indicator, Kind
from jamlik.model.tables import Audience, Cell, Status, Table
from jamlik.privacy.gate import protected
from tests.unit.privacy.people import outsider_ranges, people_table, sensitive_keys, with_small_areas


@given(
    st.integers(0, 10_000),
    st.sampled_from([(2, 3), (2, 5), (2, 3, 3)]),
    st.integers(40, 400),
    st.sampled_from([(0.3,), (0.1, 0.5), (0.02, 0.9)]),
    st.booleans(),
)
def test_protected_table_keeps_every_small_count_unknown_to_an_outsider(seed, sizes, people, shares, same_base):
    table = people_table(
        np.random.default_rng(seed), sizes=sizes, people=people, shares=shares, same_base=same_base
    )  # fmt: skip
    published = protected(table)
    wanted = list(sensitive_keys(table))
    assert all(published.cells[key].status is Status.SUPPRESSED for key in wanted)
    rng = np.random.default_rng(seed)
    chosen = [wanted[i] for i in rng.permutation(len(wanted))[:12]]
    true = {cell.key: cell.count_n for cell in table.cells}
    for key, (low, high) in outsider_ranges(published, wanted=chosen).items():
        assert low <= true[key] <= high
        assert high - low >= 4, key


@given(st.integers(0, 10_000), st.integers(100, 800), st.sampled_from([0.05, 0.4]))
def test_protected_nested_areas_keep_every_small_count_unknown_to_an_outsider(seed, people, share):
    rng = np.random.default_rng(seed)
    plain = people_table(rng, sizes=(2, 3), people=people, shares=(share,))
    table = with_small_areas(plain, rng, each=2)
    published = protected(table)
    wanted = list(sensitive_keys(table))
    true = {cell.key: cell.count_n for cell in table.cells}
    assert all(published.cells[key].status is Status.SUPPRESSED for key in wanted)
    for key, (low, high) in outsider_ranges(published, wanted=wanted[:12]).items():
        assert low <= true[key] <= high
        assert high - low >= 4, key


@given(st.integers(0, 10_000))
def test_protected_table_gives_nothing_back_by_subtraction(seed):
    table = people_table(np.random.default_rng(seed), sizes=(2, 4), people=150, shares=(0.1,))
    published = protected(table)
    for (name, period, group), cell in published.cells.items():
        if cell.status is not Status.SUPPRESSED:
            continue
        for d, (dim, _) in enumerate(group):
            total = published.cells[name, period, group[:d] + group[d + 1 :]]
            others = [
                published.cells[name, period, tuple(sorted((*group[:d], *group[d + 1 :], (dim, code))))]
                for code in table.dimensions[dim].codes
                if code != group[d][1]
            ]
            assert not all(c.status is Status.SHOWN for c in (total, *others))


def test_hidden_cell_carries_no_number_reason_or_hint():
    table = people_table(np.random.default_rng(1), sizes=(2, 5), people=200, shares=(0.1, 0.4), mean=True)
    published = protected(table)
    primary = set(sensitive_keys(table))
    hidden = {key: cell for key, cell in published.cells.items() if cell.status is Status.SUPPRESSED}
    assert set(hidden) - primary, "some cells are hidden for the sake of others"
    for key, cell in hidden.items():
        assert cell == Cell(*key, status=Status.SUPPRESSED)
        assert not any(
            isinstance(v, float | int) and not isinstance(v, bool) for v in dataclasses.asdict(cell).values()
        )
        assert pickle.loads(pickle.dumps(cell)) == Cell(*key, status=Status.SUPPRESSED)
    forms = {repr(dataclasses.replace(cell, indicator="", period="", group=())) for cell in hidden.values()}
    assert len(forms) == 1, "primary and complementary cells look alike"
    with pytest.raises(TypeError):
        pickle.dumps(protected.__globals__["count_systems"](table, protected.__globals__["rules_named"]("default"))[0])


def test_shown_cells_keep_exactly_their_numbers():
    table = people_table(np.random.default_rng(2), sizes=(2, 5), people=3000, shares=(0.3,))
    published = protected(table)
    shown = [cell for cell in table.cells if published.cells[cell.key].status is Status.SHOWN]
    assert len(shown) > 10
    assert all(published.cells[cell.key] == cell for cell in shown)
    assert list(published.cells) == [cell.key for cell in table.cells]


def test_gate_counts_what_it_hid():
    table = people_table(np.random.default_rng(3), sizes=(2, 5), people=200, shares=(0.1, 0.4))
    published = protected(table)
    hidden = [key for key, cell in published.cells.items() if cell.status is Status.SUPPRESSED]
    assert published.gate.hidden_n == len(hidden) == sum(published.gate.hidden_by_indicator.values())
    assert published.gate.cells_n == len(table.cells)
    assert published.gate.required == 4
    assert published.gate.narrowest >= 4
    assert published.audience is Audience.PUBLIC


def test_gate_with_nothing_small_hides_nothing():
    table = people_table(np.random.default_rng(4), sizes=(2, 3), people=5000, shares=(0.4,))
    published = protected(table)
    assert published.gate.hidden_n == 0
    assert published.gate.narrowest is None


def test_gate_twice_gives_the_same_cells():
    table = people_table(np.random.default_rng(5), sizes=(2, 6, 3), people=600, shares=(0.1, 0.5))
    assert protected(table).cells == protected(table).cells


def one_dimension(counts, *, kind=Kind.PROPORTION, rules="default", **more):
    """Cells (code, base, count) of one area dimension; code "" is the total."""
    cells = [
        Cell("local:x", "2024", (("area", code),) if code else (), base_n=base, count_n=count, **more)
        for code, base, count in counts
    ]
    codes = {code: code for code, _, _ in counts if code}
    return Table(
        {"local:x": Indicator("local:x", {"sv": "x"}, kind)},
        {"area": Dimension("area", Role.AREA, codes)},
        tuple(cells),
        rules,
    )


def status_of(published, code):
    return published.cells["local:x", "2024", (("area", code),) if code else ()].status.value


def test_one_small_cell_takes_a_second_along_and_leaves_the_total():
    published = protected(one_dimension([("", 300, 120), ("a", 100, 2), ("b", 100, 58), ("c", 100, 60)]))
    assert status_of(published, "") == "shown"
    assert status_of(published, "a") == "suppressed"
    assert sorted(status_of(published, code) for code in "bc") == ["shown", "suppressed"]


def test_group_with_nobody_is_shown_as_nobody():
    published = protected(one_dimension([("", 200, 100), ("a", 100, 40), ("b", 100, 60), ("c", 0, 0)]))
    assert published.gate.hidden_n == 0


@pytest.mark.parametrize("count", [0, 100])
def test_nobody_and_everybody_are_hidden(count):
    published = protected(one_dimension([("", 300, 100 + count), ("a", 100, count), ("b", 100, 50), ("c", 100, 50)]))
    assert status_of(published, "a") == "suppressed"


def test_small_group_hides_its_size_too():
    rows = [("", 203, 90), ("a", 3, 1), ("b", 100, 50), ("c", 100, 39)]
    published = protected(one_dimension(rows))
    assert status_of(published, "a") == "suppressed"
    assert sorted(status_of(published, code) for code in "bc") == ["shown", "suppressed"]


def test_already_published_table_passes_as_it_is():
    table = one_dimension([("", 300, 120), ("a", 100, 2), ("b", 100, 58), ("c", 100, 60)], rules="already_published")
    published = protected(table)
    assert [*published.cells.values()] == [*table.cells]
    assert published.gate.hidden_n == 0


@pytest.mark.parametrize("status", [Status.MISSING, Status.NOT_APPLICABLE, Status.SUPPRESSED, Status.BOUNDED])
def test_marks_of_the_source_stay(status):
    table = one_dimension([("", 300, 120), ("a", 100, 40), ("b", 100, 40)])
    marked = Cell(
        "local:x", "2024", (("area", "c"),), status, low=95.0 if status is Status.BOUNDED else None, reason=".."
    )
    published = protected(dataclasses.replace(table, cells=(*table.cells, marked)))
    assert published.cells[marked.key] == marked


def test_cells_the_source_left_out_are_unknown_to_the_attacker_as_well():
    # nobody in a0 and a1 has the outcome; the source itself hides a2, so the total of nobody does not tell of it
    counts = [("", 180, 0), ("a0", 40, 0), ("a1", 60, 0)]
    table = one_dimension(counts)
    marked = Cell("local:x", "2024", (("area", "a2"),), Status.SUPPRESSED, reason="..")
    area = Dimension("area", Role.AREA, {code: code for code in ("a0", "a1", "a2")})
    published = protected(dataclasses.replace(table, cells=(*table.cells, marked), dimensions={"area": area}))
    assert [status_of(published, code) for code, _, _ in counts] == ["suppressed"] * 3
    assert published.cells[marked.key] == marked


def test_total_that_is_not_the_sum_still_protects():
    published = protected(one_dimension([("", 310, 125), ("a", 100, 2), ("b", 100, 58), ("c", 100, 60)]))
    assert [status_of(published, code) for code in "abc"].count("suppressed") >= 2


def test_survey_hides_groups_under_thirty():
    rows = [("", 95, 45), ("a", 29, 12), ("b", 30, 15), ("c", 36, 18)]
    published = protected(one_dimension(rows, rules="survey"))
    assert status_of(published, "a") == "suppressed"
    assert status_of(protected(one_dimension(rows)), "a") == "shown"


def test_nested_areas_do_not_give_a_hidden_district_back():
    # kommundel n = s1 + s2: with the districts shown, hiding the kommundel alone hides nothing
    fine = Dimension("small", Role.AREA, {c: c for c in ("s1", "s2", "s3", "s4")}, nested_in="area",
                     parents={"s1": "n", "s2": "n", "s3": "w", "s4": "w"})  # fmt: skip
    rows = {(): (400, 160), (("area", "n"),): (200, 62), (("area", "w"),): (200, 98)}
    rows |= {(("small", "s1"),): (100, 2), (("small", "s2"),): (100, 60)}
    rows |= {(("small", "s3"),): (100, 48), (("small", "s4"),): (100, 50)}
    cells = tuple(Cell("local:x", "2024", g, base_n=b, count_n=c) for g, (b, c) in sorted(rows.items()))
    area = Dimension("area", Role.AREA, {"n": "n", "w": "w"})
    table = Table({"local:x": Indicator("local:x", {}, Kind.PROPORTION)}, {"area": area, "small": fine}, cells)
    published = protected(table)
    status = {g: published.cells["local:x", "2024", g].status for g in rows}
    assert status[("small", "s1"),] is Status.SUPPRESSED
    hidden = [g for g in rows if status[g] is Status.SUPPRESSED]
    assert (("small", "s2"),) in hidden or (("area", "n"),) in hidden
    if (("area", "n"),) in hidden:
        assert (("area", "w"),) in hidden


def test_parts_that_divide_the_base_protect_each_other():
    # three answers to one question: 100 = 2 + 40 + 58; the small one cannot be had from the other two
    names = ("local:a", "local:b", "local:c")
    numbers = {"n": (100, (2, 40, 58)), "w": (100, (30, 30, 40)), "e": (100, (30, 32, 38))}
    cells = []
    for code, (base, counts) in numbers.items():
        cells += [
            Cell(n, "2024", (("area", code),), base_n=base, count_n=c) for n, c in zip(names, counts, strict=True)
        ]
    for name, column in zip(names, zip(*(c for _, c in numbers.values()), strict=True), strict=True):
        cells.append(Cell(name, "2024", (), base_n=300, count_n=sum(column)))
    indicators = {n: Indicator(n, {}, Kind.PROPORTION, base_key="q", partition="q1") for n in names}
    dimensions = {"area": Dimension("area", Role.AREA, {c: c for c in numbers})}
    published = protected(Table(indicators, dimensions, tuple(sorted(cells, key=lambda c: c.key))))
    hidden = {(n, g) for (n, _, g), c in published.cells.items() if c.status is Status.SUPPRESSED}
    assert ("local:a", (("area", "n"),)) in hidden
    assert len([n for n, g in hidden if g == (("area", "n"),)]) >= 2
    for name in names:
        assert len([g for n, g in hidden if n == name]) != 1


def test_hidden_sum_does_not_follow_from_the_others():
    table = people_table(np.random.default_rng(6), sizes=(2, 4), people=120, shares=(), mean=True)
    published = protected(table)
    hidden = [g for (_, _, g), c in published.cells.items() if c.status is Status.SUPPRESSED]
    small = [c.group for c in table.cells if c.base_n and c.base_n < 10]
    assert small
    assert set(small) <= set(hidden)
    for group in small:
        for d, (dim, _) in enumerate(group):
            rest = group[:d] + group[d + 1 :]
            family = [rest, *(tuple(sorted((*rest, (dim, code)))) for code in table.dimensions[dim].codes)]
            assert len([g for g in family if g in hidden]) >= 2


def test_published_share_with_a_small_base_is_hidden():
    cells = tuple(
        Cell("local:v", "2024", (("area", code),), base_n=base, value=50.0) for code, base in (("a", 8.0), ("b", 800.0))
    )
    indicators = {"local:v": Indicator("local:v", {}, Kind.VALUE, unit="index")}
    published = protected(Table(indicators, {"area": Dimension("area", Role.AREA, {"a": "a", "b": "b"})}, cells))
    assert [c.status.value for c in published.cells.values()] == ["suppressed", "shown"]


def test_value_without_a_base_passes():
    cells = (Cell("kolada:N1", "2024", (("sex", "K"),), value=3.0),)
    indicators = {"kolada:N1": Indicator("kolada:N1", {}, Kind.VALUE)}
    published = protected(Table(indicators, {"sex": Dimension("sex", Role.SEX, {"K": "K"})}, cells))
    assert published.gate.hidden_n == 0


def test_gate_lets_nothing_out_to_all_by_rules_that_hold_inside_an_authority():
    table = people_table(np.random.default_rng(3), sizes=(2, 5), people=200, shares=(0.1, 0.4))
    for asked in (
        lambda: protected(dataclasses.replace(table, rules="inside")),
        lambda: protected(table, rules_name="inside"),
    ):
        with pytest.raises(JamlikError, match="gäller bara inom nämnden") as refused:
            asked()
        assert refused.value.kind is ErrorKind.RELEASE_REFUSED
    with pytest.raises(JamlikError, match="gäller bara inom nämnden"):
        protected(table, rules_name="already_published")
    with pytest.raises(JamlikError) as unknown:
        protected(dataclasses.replace(table, rules="none"))
    assert "inside" not in unknown.value.do


def test_gate_shows_the_owner_what_the_owners_rule_allows_and_says_whom_it_is_for():
    table = people_table(np.random.default_rng(3), sizes=(2, 5), people=200, shares=(0.1, 0.4))
    public, strict = protected(table), protected(table, audience=Audience.OWNER)
    assert strict.audience is Audience.OWNER
    assert strict.cells == public.cells, "without a rule of its own the owner sees what all see"
    inside = protected(table, audience=Audience.OWNER, rules_name="inside")
    assert inside.audience is Audience.OWNER
    assert inside.gate.rules == "inside"
    assert list(inside.cells.values()) == list(table.cells)
    assert public.gate.hidden_n > 0
    assert inside.gate.hidden_n == 0
