"""The list of findings: what it shows at first, what narrows it, and what a file of it holds."""

from __future__ import annotations

import csv
import io

import pytest
from django.urls import reverse

from jamlik.web.core import clock
from jamlik.web.statistics import actions
from jamlik.web.statistics.models import DataSet, Finding
from tests.web.statistics.conftest import AT
from tests.web.statistics.objects import made_data_set

pytestmark = pytest.mark.django_db
LIST = "/statistics/findings/"


@pytest.fixture
def client(client_as, analyst, committee):
    made_data_set(committee)
    return client_as(analyst)


def shown(client, **asked):
    return {row.pk for row in client.get(LIST, asked).context["listing"].objects}


def pks(**asked):
    return set(Finding.objects.filter(**asked).values_list("pk", flat=True))


def test_one_filter_keeps_what_is_shown_at_first(client):
    sure = pks(newest=True, certainty__in=("clear", "indicated"))
    assert sure
    assert sure != pks()
    assert shown(client) == sure
    assert shown(client, data_set=DataSet.objects.get().pk) == sure
    assert shown(client, owner=DataSet.objects.get().owner_id) == sure
    assert shown(client, q="flickor") <= sure
    assert shown(client, certainty="all", when="all") == pks()
    assert shown(client, certainty="nonsense", when="") == sure
    assert shown(client, show="all") == pks()


def test_measure_and_committee_narrow(client, municipality):
    sure = Finding.objects.filter(newest=True, certainty="clear").first()
    assert sure.pk in shown(client, measure=sure.indicator_id)
    other = made_data_set(municipality.committees[1])
    assert shown(client, owner=other.owner_id) == pks(owner=other.owner_id, certainty__in=("clear", "indicated"))


def test_a_file_holds_the_figures_behind_each_sentence(client, analyst, committee):
    actions.register_finding(
        source="council", owner=committee, text="Entrén saknar ramp.", group="Rullstolsburna", reference="",
        heard_on=clock.today(), by=analyst, at=AT,
    )  # fmt: skip
    text = client.get(LIST, {"format": "csv"}).content.decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text), delimiter=";"))
    row = next(row for row in rows if row["Grupp"] == "flickor" and row["Indelning"] == "sex")
    found = Finding.objects.get(dimension="sex", newest=True, source="computed")
    for name, head in (
        ("level", "Gruppens nivå"),
        ("level_reference", "Jämförelsens nivå"),
        ("gap", "Skillnad i tal"),
        ("gap_low", "Osäkerhet från"),
        ("gap_high", "Osäkerhet till"),
        ("base_n", "Antal i gruppen"),
    ):
        assert float(row[head].replace(",", ".")) == float(found.numbers[name]), head
    assert (row["Jämförs med"], row["Enhet"], row["Period"], row["Säkerhet"]) == ("pojkar", "%", "2025", "Tydlig")
    assert row["Mått"] == found.indicator.name_sv
    assert row["I ord"] == found.sentence
    told = next(row for row in rows if row["I ord"] == "Entrén saknar ramp.")
    assert (told["Gruppens nivå"], told["Mått"]) == ("", "")


def test_page_tells_whose_level_made_a_gap_smaller_by_name(client_as, analyst, committee):
    now = made_data_set(committee).findings.get(dimension="sex", newest=True)
    numbers = {"unit": "%", "direction": "up", "threshold": "1", "level": "61", "level_reference": "71"}
    numbers |= {"gap": "-10", "gap_low": "-12", "gap_high": "-8"}
    before = Finding.objects.get(pk=now.pk)
    before.pk, before.finding_id, before.period, before.period_start = None, "f24", "2024", 2024.0
    before.numbers, before.newest = numbers, False
    before.save()
    now.numbers = {**numbers, "level": "62", "level_reference": "66"}
    now.numbers |= {"gap": "-4", "gap_low": "-8.5", "gap_high": "0.5"}
    now.save()
    page = " ".join(client_as(analyst).get(reverse("statistics:finding", args=[now.pk])).content.decode().split())
    page = page.replace("\xa0", " ")
    group, reference = now.group_label("sv"), now.reference_label("sv")
    assert "Skillnaden är mindre. Det går inte att säga om den är borta." in page
    assert f"{group.capitalize()} gick från 61,0 till 62,0 %." in page
    assert f"mest för att {reference} fick det sämre. En mindre del kom av att {group} fick det bättre." in page
    assert "−6,0 procentenheter" in page


def test_difference_that_nobody_is_asked_about_has_a_button_for_whom_may_hand_it_out(client_as, user_of, committee):
    found = made_data_set(committee).findings.get(dimension="sex", newest=True)
    address, link = reverse("statistics:finding", args=[found.pk]), f'href="/assessments/assign/?finding={found.pk}"'
    assert link in client_as(user_of("analyst", committee)).get(address).content.decode()
    assert link not in client_as(user_of("reader", committee)).get(address).content.decode()
    Finding.objects.filter(pk=found.pk).update(state="decided")
    assert link not in client_as(user_of("analyst", committee)).get(address).content.decode()
