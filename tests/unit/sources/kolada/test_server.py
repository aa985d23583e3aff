"""The stand-in keeps to the protocol it stands in for."""

from __future__ import annotations

import subprocess
import sys

import httpx
import pytest

from tests.support.kolada_server import FILTER, PER_PAGE, Fault

LIST = ",".join(f"N{n:05}" for n in range(FILTER + 1))


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/kpi", 200),
        (f"/kpi?per_page={PER_PAGE + 1}", 422),
        ("/kpi?page=0", 422),
        ("/kpi?per_page=many", 422),
        ("/data/kpi/N1/year/2021", 200),
        ("/data/kpi/N1/municipality/0126/year/2021", 200),
        ("/data/kpi/N1", 400),
        ("/data/kpi/N1/ou/V1", 400),
        (f"/data/kpi/{LIST}/year/2021", 400),
        ("/nothing", 404),
    ],
)
def test_limits_are_the_ones_of_the_service(served, path, status):
    answer = httpx.get(served().url + path)
    assert answer.status_code == status
    assert set(answer.json()) == ({"detail"} if status >= 400 else {"values", "count", "next_url", "previous_url"})


def test_pages_follow_on_each_other_without_gaps(recorded, served):
    url = f"{served(recorded).url}/data/municipality/0126,1490/year/2020,2021?per_page=400"
    found, count = [], 0
    while url:
        page = httpx.get(url).json()
        found += [(value["kpi"], value["municipality"], value["period"]) for value in page["values"]]
        url, count = page["next_url"], page["count"]
    assert len(found) == len(set(found)) == count > 1000


def test_answer_has_the_recorded_form(recorded, served):
    page = httpx.get(f"{served(recorded).url}/data/kpi/U01405/municipality/0126/year/2022").json()
    (value,) = page["values"]
    assert (value["kpi"], value["municipality"], value["period"]) == ("U01405", "0126", 2022)
    by_sex = {figure["gender"]: figure for figure in value["values"]}
    assert by_sex["K"] == {"gender": "K", "count": 1, "status": "", "value": 69.2, "isdeleted": 0}
    kpi = httpx.get(f"{served(recorded).url}/kpi?per_page=1").json()["values"][0]
    assert kpi["is_divided_by_gender"] in (0, 1)


def test_trouble_comes_as_ordered(served):
    server = served(limit_every=2, fail_every=3, fault=lambda n, path: Fault(418) if n == 5 else None)
    assert [httpx.get(server.url + "/kpi").status_code for _ in range(6)] == [200, 429, 500, 429, 418, 429]


def test_server_runs_by_hand(recorded, repository):
    command = [sys.executable, "-m", "tests.support.kolada_server", "--port", "0", "--data", str(recorded)]
    with subprocess.Popen(command, cwd=repository, stdout=subprocess.PIPE, text=True) as running:
        try:
            said = running.stdout.readline()
            url = said.strip().removeprefix("JAMLIK_KOLADA_URL=")
            assert httpx.get(f"{url}/municipality").json()["count"] == 312
        finally:
            running.kill()
