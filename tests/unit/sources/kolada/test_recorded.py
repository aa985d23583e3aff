"""The recorded figures, served as Kolada would: Huddinge, with every kind of trouble on the way."""

from __future__ import annotations

from collections import Counter

import pytest

from jamlik.model.errors import ErrorKind, JamlikError
from jamlik.model.tables import Status
from jamlik.sources.kolada import KoladaClient, Manners, uncertainty_series
from tests.support.kolada_server import KoladaServer

YEARS = range(2010, 2023)
TROUBLE = {"limit_every": 7, "fail_every": 11, "slow_every": 13, "slow": 0.05, "null_every": 40, "deleted_every": 50}


@pytest.fixture(scope="module")
def huddinge(recorded, tmp_path_factory):
    """One troubled fetch, shared by the tests that only look at it."""
    with (
        KoladaServer(recorded, **TROUBLE) as server,
        KoladaClient(
            base_url=server.url,
            cache_dir=tmp_path_factory.mktemp("cache"),
            pause=0,
            manners=Manners(first_wait=0.001),
            sleep=lambda seconds: None,
        ) as kolada,
    ):
        yield kolada.fetch_municipality("Huddinge", years=YEARS), kolada, list(server.served)


def test_similar_municipalities_are_the_latest_overall_group(huddinge):
    found, kolada, _ = huddinge
    group = kolada.similar_group("0126")
    assert group.title == "Liknande kommuner, övergripande, Huddinge, 2025"
    assert set(found.dimensions[1].codes) == {"0126", "0000", *group.members}
    assert found.dimensions[1].codes[:2] == ("0126", "0000")
    assert found.dimensions[1].labels["1490"] == "Borås"


def test_figures_are_the_recorded_ones(huddinge):
    found, _, _ = huddinge
    shown = {(c.indicator, c.period, c.group): c.value for c in found.cells if c.status is Status.SHOWN}
    area = ("area", "0126")
    assert shown["kolada:U01405", "2022", (area, ("sex", "K"))] == 69.2
    assert shown["kolada:U01405", "2022", (area, ("sex", "M"))] == 76.2
    assert shown["kolada:U01405", "2022", (area,)] == 72.4
    assert len(found.indicators) > 800
    assert -999.0 not in shown.values()


def test_cells_are_unique_in_canonical_order_and_keep_their_reason(huddinge):
    found, _, _ = huddinge
    keys = [cell.key for cell in found.cells]
    assert keys == sorted(keys)
    assert len(set(keys)) == len(keys)
    reasons = Counter((cell.status, cell.reason) for cell in found.cells)
    assert set(reasons) == {
        (Status.SHOWN, ""),
        (Status.SUPPRESSED, "Private"),
        (Status.MISSING, "Missing"),
    }


def test_few_calls_are_enough_and_no_page_is_fetched_twice(huddinge):
    _, _, served = huddinge
    assert len(served) == len(set(served))
    assert len(served) <= 60


SOME = range(2019, 2023)


def test_run_that_breaks_goes_on_where_it_stopped(recorded, served, client):
    server = served(recorded, die_after=20)
    with pytest.raises(JamlikError) as caught:
        client(server).fetch_municipality("0126", years=SOME)
    assert caught.value.kind is ErrorKind.NETWORK
    assert len(server.served) == 20
    server.revive()
    resumed = client(server)
    found = resumed.fetch_municipality("0126", years=SOME)
    assert resumed.cached_n == 20
    assert len(server.served) == len(set(server.served)) == resumed.requests_n + 20

    whole = client(served(recorded))
    assert found.cells == whole.fetch_municipality("0126", years=SOME).cells


def test_catalogue_comes_in_pages(recorded, served, client):
    server = served(recorded)
    assert len(client(server).kpis) == 6099
    assert server.served == ["/v3/kpi?per_page=5000", "/v3/kpi?per_page=5000&page=2"]


def test_margins_are_found_by_title(recorded, served, client):
    series = uncertainty_series(client(served(recorded)).kpis)
    assert series["U01405"] == "U01511"
    assert series["U01473"] == "U01573"
    assert series["N00640"] == "U01640"
    assert series["N00586"] == "U01586"  # "bibilotek"
    assert series["N00587"] == "U01587"
    assert len(set(series.values())) >= 200
