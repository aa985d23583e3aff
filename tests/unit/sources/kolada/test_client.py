"""The client against a server that speaks the real protocol, small figures."""

from __future__ import annotations

import time

import httpx
import pytest

from jamlik.model.errors import ErrorKind, JamlikError
from jamlik.model.tables import Status
from jamlik.sources.kolada import ADDRESS, KoladaClient, Manners
from tests.support.kolada_server import FILTER, Fault, broken, busy

YEARS = (2021, 2022)


def cells(found):
    return {(cell.indicator, cell.period, cell.group): cell for cell in found.cells}


def group(area, sex=""):
    return (("area", area), ("sex", sex)) if sex else (("area", area),)


def test_fetch_gives_the_municipality_riket_and_the_similar_ones(served, client):
    found = client(served()).fetch_municipality("0126", years=YEARS)
    sex, area = found.dimensions
    assert sex.labels == {"K": "Kvinnor", "M": "Män"}
    assert list(area.labels.items()) == [("0126", "Huddinge"), ("0000", "Riket"), ("1490", "Borås")]
    assert set(found.indicators) == {"kolada:N1", "kolada:U1"}
    assert cells(found)["kolada:N1", "2021", group("0126", "K")].value == 84.0
    assert cells(found)["kolada:N1", "2021", group("0126")].value == 80.0
    assert found.dataset.focus == "0126"
    assert found.dataset.rules == "already_published"
    assert found.dataset.source == "Egen bearbetning av data från Kolada"
    assert {indicator.source for indicator in found.indicators.values()} == {"Kolada (RKA)"}


def test_fetch_leaves_out_what_is_not_split_by_sex_or_about_regions_or_without_own_figures(served, client):
    found = client(served()).fetch_municipality("Huddinge", years=YEARS)
    assert not {"kolada:N2", "kolada:N3", "kolada:N4"} & set(found.indicators)


def test_missing_suppressed_and_zero_are_three_things(served, client):
    by_key = cells(client(served()).fetch_municipality("0126", years=YEARS))
    zero = by_key["kolada:N1", "2021", group("1490", "K")]
    hidden = by_key["kolada:N1", "2021", group("1490", "M")]
    lacking = by_key["kolada:N1", "2022", group("1490")]
    silent = by_key["kolada:N1", "2022", group("1490", "K")]
    normal = by_key["kolada:N1", "2022", group("1490", "M")]
    assert (zero.status, zero.value) == (Status.SHOWN, 0.0)
    assert (hidden.status, hidden.value, hidden.reason) == (Status.SUPPRESSED, None, "Private")
    assert (lacking.status, lacking.value, lacking.reason) == (Status.MISSING, None, "Missing")
    assert (silent.status, silent.reason) == (Status.MISSING, "")
    assert (normal.status, normal.value, normal.reason) == (Status.SHOWN, 77.0, "")


def test_margins_become_standard_errors_and_are_no_indicators(served, client):
    by_key = cells(client(served()).fetch_municipality("0126", years=YEARS))
    assert by_key["kolada:U1", "2021", group("0126", "K")].se == pytest.approx(2.0)
    assert by_key["kolada:U1", "2021", group("0126")].se == pytest.approx(1.0)
    assert by_key["kolada:U1", "2021", group("0126", "M")].se is None
    assert by_key["kolada:N1", "2021", group("0126", "K")].se is None


def test_second_run_makes_no_request_and_gives_the_same(served, client):
    server = served()
    first = client(server).fetch_municipality("0126", years=YEARS)
    calls = len(server.calls)
    again = client(server)
    second = again.fetch_municipality("0126", years=YEARS)
    assert len(server.calls) == calls
    assert (again.requests_n, again.cached_n) == (0, calls)
    assert second == first


def test_refresh_fetches_again(served, client):
    server = served()
    first = client(server)
    assert first.municipalities
    assert client(server, refresh=True).municipalities
    assert server.calls == ["/v3/municipality?per_page=5000"] * 2


def test_kept_pages_grow_old_lists_after_a_day_figures_after_a_week(served, client):
    server = served()
    now = 1_700_000_000.0
    client(server, clock=lambda: now).fetch_municipality("0126", years=YEARS)
    figures = sum("/data/" in call for call in server.calls)
    lists = len(server.calls) - figures
    client(server, clock=lambda: now + 2 * 86400).fetch_municipality("0126", years=YEARS)
    assert len(server.calls) == 2 * lists + figures
    client(server, clock=lambda: now + 9 * 86400).fetch_municipality("0126", years=YEARS)
    assert len(server.calls) == 3 * lists + 2 * figures


@pytest.mark.parametrize(
    "damage",
    [
        lambda body: body[: len(body) // 2],
        lambda body: body.replace(b"Huddinge", b"Puddinge"),
        lambda body: b"",
        lambda body: b"\xff\xfe{",
    ],
)
def test_corrupted_cache_file_is_fetched_again(served, client, tmp_path, damage):
    server = served()
    assert client(server).find_municipality("0126").name == "Huddinge"
    (file,) = (tmp_path / "cache").iterdir()
    file.write_bytes(damage(file.read_bytes()))
    assert client(server).find_municipality("0126").name == "Huddinge"
    assert len(server.calls) == 2
    assert client(server).find_municipality("0126").name == "Huddinge"
    assert len(server.calls) == 2


def test_cache_folder_that_cannot_be_written_costs_only_the_cache(served, client, tmp_path):
    (tmp_path / "file").write_text("not a folder")
    assert client(served(), cache_dir=tmp_path / "file" / "cache").municipalities


@pytest.mark.parametrize("as_date", [False, True])
def test_429_waits_as_long_as_asked(served, client, as_date):
    server = served(fault=lambda n, path: busy(55, as_date=as_date) if n == 1 else None)
    slept = []
    assert client(server, slept=slept).municipalities
    assert len(slept) == 1
    assert 10 <= slept[0] <= 55  # a date says less, the longer its answer was on the way


def test_429_that_asks_for_an_hour_is_told_and_not_waited_for(served, client):
    slept = []
    with pytest.raises(JamlikError) as caught:
        assert client(served(fault=lambda n, path: busy(3600)), slept=slept).municipalities
    assert caught.value.kind is ErrorKind.NETWORK
    assert "3600 sekunder" in caught.value.why
    assert not slept


def test_429_without_retry_after_waits_ever_longer(served, client):
    slept = []
    server = served(fault=lambda n, path: Fault(429, {}, b"") if n < 4 else None)
    assert client(server, slept=slept).municipalities
    assert slept == [0.001, 0.002, 0.004]


def test_500_is_tried_again_then_told(served, client):
    server = served(fault=lambda n, path: broken())
    with pytest.raises(JamlikError) as caught:
        assert client(server).municipalities
    assert len(server.calls) == 4
    error = caught.value
    assert error.kind is ErrorKind.NETWORK
    assert error.where.file == f"{server.url}/municipality?per_page=5000"
    assert "500" in error.why
    assert "Försökte 4 gånger" in error.why
    assert error.do


def test_service_that_is_not_there_is_told(served, client):
    server = served()
    server.__exit__()
    with pytest.raises(JamlikError, match="Kolada gick inte att läsa") as caught:
        assert client(server).municipalities
    assert "svarade inte" in caught.value.why


def test_no_connection_at_all_is_told_soon_and_a_lost_one_is_tried_longer(client):
    turns = []

    def gone(request):
        turns.append(request)
        raise httpx.ConnectError("nobody there", request=request)

    manners = Manners(tries=6, first_wait=0.001, tries_at_door=3)
    with pytest.raises(JamlikError) as caught:
        assert client("http://kolada.test/v3", transport=httpx.MockTransport(gone), manners=manners).municipalities
    assert len(turns) == 3
    assert "Försökte 3 gånger" in caught.value.why

    turns.clear()

    def lost(request):
        turns.append(request)
        if len(turns) == 1:
            following = "http://kolada.test/v3/municipality?page=2"
            return httpx.Response(200, json={"values": [{"id": "0126", "title": "Huddinge"}], "next_url": following})
        raise httpx.ConnectError("gone", request=request)

    with pytest.raises(JamlikError):
        assert client("http://kolada.test/v3", transport=httpx.MockTransport(lost), manners=manners).municipalities
    assert len(turns) == 1 + 6


def test_slow_answer_is_a_timeout_and_tried_again(client):
    turns = []

    def slow_at_first(request):
        turns.append(request)
        if len(turns) == 1:
            raise httpx.ReadTimeout("too slow", request=request)
        return httpx.Response(200, json={"values": [{"id": "0126", "title": "Huddinge"}], "next_url": None})

    found = client("http://kolada.test/v3", transport=httpx.MockTransport(slow_at_first)).municipalities
    assert [place.code for place in found] == ["0126"]
    assert len(turns) == 2


def test_answer_that_never_comes_is_told_as_too_slow(served, client):
    server = served(fault=lambda n, path: Fault(wait=600))
    with pytest.raises(JamlikError) as caught:
        assert client(server, manners=Manners(tries=2, timeout=0.1)).municipalities
    assert "ReadTimeout" in caught.value.why
    until = time.monotonic() + 60
    while len(server.calls) < 2 and time.monotonic() < until:
        time.sleep(0.01)  # the server may come to read the question after we stopped waiting for its answer
    assert len(server.calls) == 2


def test_400_is_not_tried_again_and_the_answer_is_told(served, client):
    server = served(fault=lambda n, path: Fault(400, {}, b'{"detail": "bad filter"}'))
    with pytest.raises(JamlikError) as caught:
        assert client(server).municipalities
    assert len(server.calls) == 1
    assert "bad filter" in caught.value.why


@pytest.mark.parametrize(
    ("body", "kind", "said"),
    [
        (b"<html>Logga in</html>", ErrorKind.NETWORK, "inte JSON"),
        (b'{"values": [{"id"', ErrorKind.NETWORK, "inte JSON"),
        (b"[1, 2]", ErrorKind.CONTRACT, "values"),
        (b'{"values": {}}', ErrorKind.CONTRACT, "values"),
        (b'{"values": ["0126"]}', ErrorKind.CONTRACT, "annat än objekt"),
        (b'{"values": [], "next_url": 7}', ErrorKind.CONTRACT, "next_url"),
        (b'{"values": [{"title": "Huddinge"}]}', ErrorKind.CONTRACT, "saknar id"),
    ],
)
def test_answer_of_another_kind_is_told_and_not_kept(served, client, body, kind, said):
    server = served(fault=lambda n, path: Fault(body=body) if n == 1 else None)
    with pytest.raises(JamlikError) as caught:
        assert client(server).municipalities
    assert caught.value.kind is kind
    assert said in caught.value.why
    if said != "saknar id":
        assert client(server).municipalities


def test_figure_of_another_form_is_told(served, client):
    def turn(page):
        for value in page["values"]:
            value.pop("period", None)
        return page

    with pytest.raises(JamlikError, match="annan form") as caught:
        client(served(turn=turn)).fetch_municipality("0126", years=YEARS)
    assert "period" in caught.value.why


@pytest.mark.parametrize(
    "target",
    [
        "http://example.org/v3/municipality",
        "//example.org/v3",
        "ftp://127.0.0.1/",
        "http://a:b@127.0.0.1/v3",
        "http://[",
    ],
)
def test_redirect_and_next_page_elsewhere_are_refused(served, client, target):
    redirecting = served(fault=lambda n, path: Fault(302, {"Location": target}, b"-"))
    with pytest.raises(JamlikError):
        assert client(redirecting).municipalities
    pointing = served(turn=lambda page: page | {"next_url": target})
    with pytest.raises(JamlikError):
        assert client(pointing).municipalities
    assert len(redirecting.calls) == len(pointing.calls) == 1


def test_redirect_on_the_same_host_is_followed(served, client):
    server = served(fault=lambda n, path: Fault(307, {"Location": "/v3/municipality"}, b"-") if n == 1 else None)
    assert client(server).find_municipality("0126")
    assert server.calls[1] == "/v3/municipality"


def test_next_page_keeps_the_address_we_know(served, client):
    """Behind a proxy the service may think it speaks http on another port."""
    server = served()
    server.turn = lambda page: (
        page | {"next_url": "http://127.0.0.1:9/v3/municipality?page=2" if len(server.calls) == 1 else None}
    )
    assert client(server).municipalities
    assert server.calls[1] == "/v3/municipality?page=2"


def test_pages_that_go_round_are_told(served, client):
    server = served(turn=lambda page: page | {"next_url": "/v3/municipality?per_page=5000"})
    with pytest.raises(JamlikError) as caught:
        assert client(server).municipalities
    assert "ring" in caught.value.why


def test_calls_have_a_pause_between_them_and_name_the_project(served, client):
    server = served()
    slept = []
    client(server, slept=slept, pause=5.0).fetch_municipality("0126", years=YEARS)
    assert len(slept) == len(server.calls) - 1
    assert all(0 < pause <= 5 for pause in slept)
    (agent,) = server.agents
    assert agent.startswith("jamlik/")


def test_data_keeps_to_the_limits_of_the_service(served, client):
    kolada = client(served())
    with pytest.raises(ValueError, match="two of"):
        kolada.data(kpis=["N1"])
    with pytest.raises(ValueError, match=str(FILTER)):
        kolada.data(kpis=[f"N{n}" for n in range(26)], years=[2021])
    pages = list(kolada.data(kpis=["N1"], municipalities=["0126"], from_date="2024-01-01"))
    assert [value["kpi"] for value in pages[0]] == ["N1"]


@pytest.mark.parametrize("fault", [Fault(404, {}, b'{"detail": "Not Found"}'), broken()])
def test_service_that_cannot_give_all_indicators_at_once_is_asked_for_them_by_name(served, client, fault):
    server = served(fault=lambda n, path: fault if path.startswith("/v3/data/municipality/") else None)
    found = client(server).fetch_municipality("0126", years=YEARS)
    assert found.cells == client(served()).fetch_municipality("0126", years=YEARS).cells


@pytest.mark.parametrize("fault", [busy(), Fault(hang_up=True)])
def test_service_that_is_busy_or_gone_is_not_asked_in_another_way(served, client, fault):
    server = served(fault=lambda n, path: fault if "/data/" in path else None)
    with pytest.raises(JamlikError):
        client(server).fetch_municipality("0126", years=YEARS)
    assert sum("/data/" in call for call in server.calls) == 4


def test_answer_cut_short_is_fetched_again(served, client):
    server = served(fault=lambda n, path: Fault(cut=True) if n == 1 else None)
    assert client(server).find_municipality("0126")
    assert len(server.calls) == 2


def test_old_pages_are_thrown_away(served, client, tmp_path):
    server = served()
    assert client(server).municipalities
    half = tmp_path / "cache" / ".half.part"
    half.write_bytes(b"")
    client(server, clock=lambda: time.time() + 20 * 86400).close()
    assert len(list((tmp_path / "cache").iterdir())) == 2
    client(server, clock=lambda: time.time() + 40 * 86400).close()
    assert not list((tmp_path / "cache").iterdir())


def test_deleted_figures_and_objects_are_left_out(served, client):
    server = served(municipalities=[{"id": "9999", "title": "Nedlagd", "type": "K", "isdeleted": 1}])
    assert "9999" not in {place.code for place in client(server).municipalities}


def test_municipality_without_a_similar_group_is_compared_with_riket(served, client):
    found = client(served(groups=[])).fetch_municipality("0126", years=YEARS)
    assert found.dimensions[1].codes == ("0126", "0000")
    assert next(problem.code for problem in found.problems) == "no_similar_group"


def test_municipality_without_figures_is_told(served, client):
    with pytest.raises(JamlikError) as caught:
        client(served()).fetch_municipality("0127", years=YEARS)
    assert caught.value.kind is ErrorKind.NOTHING_TO_ANALYSE


def test_years_count_back_from_this_one(served, client):
    server = served()
    client(server, clock=lambda: 1_655_000_000.0).fetch_municipality("0126", years=3)
    assert any("/year/2020,2021,2022" in call for call in server.calls)


def test_progress_is_told_after_each_page(served, client):
    told = []
    client(served()).fetch_municipality("0126", years=YEARS, progress=lambda *step: told.append(step))
    assert [step[:2] for step in told] == [(1, 1), (2, 2)]
    assert "Huddinge" in told[0][2]


def test_address_comes_from_the_environment(served, monkeypatch, tmp_path):
    server = served()
    monkeypatch.setenv("JAMLIK_KOLADA_URL", server.url + "/")
    monkeypatch.setenv("JAMLIK_HOME", str(tmp_path))
    with KoladaClient(pause=0) as kolada:
        assert kolada.find_municipality("126").name == "Huddinge"
    assert list((tmp_path / "cache" / "kolada").iterdir())
    assert ADDRESS == "https://api.kolada.se/v3"


@pytest.mark.parametrize("address", ["kolada.se", "file:///etc/passwd", "https://", "https://a.se/v3?x=1", "http://["])
def test_address_that_cannot_be_used_is_told(address, tmp_path):
    with pytest.raises(JamlikError) as caught:
        KoladaClient(base_url=address, cache_dir=tmp_path)
    assert caught.value.kind is ErrorKind.USAGE
