"""Lists: what was chosen is in the address; files hold what was chosen and no formula."""

from __future__ import annotations

import csv
import io
import re
from datetime import UTC, datetime
from decimal import Decimal

import openpyxl
import pytest
from django.utils.translation import override

from jamlik.web.core import listing
from jamlik.web.core.models import Job

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.web.core.pages")]
AT = datetime(2026, 3, 2, tzinfo=UTC)


@pytest.fixture
def browser(client_as, user_of):
    return client_as(user_of())


def made(name, state="queued", tries=0):
    ended = AT if state in {"done", "failed", "lost"} else None
    return Job(name=name, state=state, tries=tries, queued_at=AT, not_before=AT, ended_at=ended)


def names(answer):
    return re.findall(r'<tr><td><a href="/jobs/\d+/">([^<]*)</a>', answer.content.decode())


@pytest.fixture
def three(db):
    Job.objects.bulk_create([made("beta", "done", 2), made("alfa", "queued", 10), made("gamma", "failed", 1)])


def test_list_is_sorted_as_its_spec_says_and_as_the_address_says(browser, three):
    assert names(browser.get("/list/")) == ["alfa", "beta", "gamma"]
    assert names(browser.get("/list/?sort=-name")) == ["gamma", "beta", "alfa"]
    assert names(browser.get("/list/?sort=tries")) == ["gamma", "beta", "alfa"]


def test_rows_without_a_value_come_last_whichever_way_they_are_sorted(three):
    ended = listing.Column("ended", "core.jobs.title", lambda job: job.ended_at, sort=("ended_at", "name"))
    spec = listing.Spec(name="ended", columns=(ended,), caption="core.jobs.title", empty="core.jobs.title")
    for sort, expected in (("ended", ["beta", "gamma", "alfa"]), ("-ended", ["gamma", "beta", "alfa"])):
        assert [job.name for job in listing._sorted(Job.objects.all(), spec, sort)] == expected


def test_head_says_how_it_is_sorted_and_turns_it(browser, three):
    page = browser.get("/list/?sort=name&q=a").content.decode()
    assert re.search(r'aria-sort="ascending"><a class="sort" href="\?sort=-name&amp;q=a">Meny</a>', page)


def test_list_is_narrowed_by_filter_and_by_every_word_searched_for(browser, three):
    assert names(browser.get("/list/?state=done")) == ["beta"]
    assert names(browser.get("/list/?q=A+m")) == ["gamma"]
    assert names(browser.get("/list/?q=a&state=queued")) == ["alfa"]


def test_value_that_is_no_choice_narrows_nothing(browser, three):
    assert len(names(browser.get("/list/?state=xyz"))) == 3


def test_nothing_found_says_so_and_how_to_go_on(browser, three):
    page = browser.get("/list/?q=omega").content.decode()
    assert "Inget i listan stämmer med valen." in page
    assert 'href="/list/">Rensa valen' in page


def test_empty_list_says_so(browser):
    assert "Här finns inget än." in browser.get("/list/").content.decode()


def test_long_list_has_pages_that_keep_what_was_chosen(browser):
    Job.objects.bulk_create([made(f"job {n:03}") for n in range(120)])
    first, last = browser.get("/list/?q=job"), browser.get("/list/?q=job&page=3")
    assert (len(names(first)), len(names(last))) == (50, 20)
    assert 'rel="next" href="?q=job&amp;page=2"' in first.content.decode()
    assert "Rad 101–120 av 120" in last.content.decode()


def test_page_that_does_not_exist_is_the_last_one(browser, three):
    assert len(names(browser.get("/list/?page=99"))) == 3


def test_number_of_questions_does_not_grow_with_rows(browser, three, django_assert_max_num_queries):
    Job.objects.bulk_create([made(f"job {n}") for n in range(45)])
    with django_assert_max_num_queries(6):
        browser.get("/list/")


def test_csv_holds_every_row_chosen_and_no_formula(browser, three):
    Job.objects.bulk_create([made(f"job {n}") for n in range(60)])
    Job.objects.bulk_create([made("=HYPERLINK(1)"), made("+46"), made("@x")])
    answer = browser.get("/list/?format=csv&sort=name&state=queued")
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert answer["Content-Disposition"].startswith('attachment; filename="core-jobs-')
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";"))
    assert rows[0] == ["Meny", "Språk", "Ändra"]
    assert len(rows) == 1 + 64
    assert {"'=HYPERLINK(1)", "'+46", "'@x"} <= {row[0] for row in rows}


def test_csv_is_written_as_the_readers_spreadsheet_opens_it():
    body = [["a;b, =1+1", Decimal("-1.5"), 3, None]]
    with override("sv"):
        assert listing._csv(["x", "y", "z", "å"], body).decode("utf-8-sig") == ('x;y;z;å\r\n"a;b, \'=1+1";-1,5;3;\r\n')
    with override("en"):
        assert listing._csv(["x", "y", "z", "å"], body).decode("utf-8-sig") == ('x,y,z,å\r\n"a;b, \'=1+1",-1.5,3,\r\n')


def test_excel_holds_numbers_as_numbers_and_text_as_text(browser, three):
    Job.objects.bulk_create([made("=1+1", tries=3)])
    sheet = openpyxl.load_workbook(io.BytesIO(browser.get("/list/?format=xlsx&sort=tries").content)).active
    assert [[cell.value for cell in row] for row in sheet.iter_rows()][1:] == [
        ["gamma", "Failed", 1],
        ["beta", "Done", 2],
        ["=1+1", "Queued", 3],
        ["alfa", "Queued", 10],
    ]
    assert sheet["A4"].data_type == "s"


def test_search_knows_capitals_beyond_the_english_ones(browser):
    Job.objects.bulk_create([made("Östra skolan"), made("Ängby")])
    text = browser.get("/list/?q=östra").content.decode()
    assert "Östra skolan" in text
    assert "Ängby" not in text


def test_address_with_a_sign_that_no_text_holds_leads_nowhere(browser):
    assert browser.get("/list/?q=a%00b").status_code == 404
    assert browser.get("/list/%00").status_code == 404


def test_long_text_is_in_the_excel_file_all_the_same():
    long = "y" * 40_000
    sheet = openpyxl.load_workbook(io.BytesIO(listing._xlsx(["A"], [[long]]))).active
    assert sheet["A2"].value == "y" * listing.MOST_IN_A_CELL


@pytest.mark.parametrize("text", ["=1+1", "-Norra", "@x", "Norra", "'t Hooft", ""])
def test_text_that_was_made_harmless_comes_back_as_it_was(text):
    assert listing.unharmed(listing.harmless(text)) == text
