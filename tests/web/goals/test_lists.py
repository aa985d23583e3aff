"""Goals from Excel and CSV: what is read, what would change, and that nothing else is ever accepted."""

import io

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from openpyxl import Workbook

from jamlik.web.core.models import AuditEvent
from jamlik.web.goals import list_actions
from jamlik.web.goals.goal_files import goals_of_file
from jamlik.web.goals.goal_lists import held_against_goals
from jamlik.web.goals.models import Goal, GoalList
from tests.web.goals.conftest import AT
from tests.web.register.conftest import archive

pytestmark = pytest.mark.django_db

COLUMNS = (
    "Nummer;Mål;Slag av mål;Ligger under;Från år;Till år;Ägs av;Läge;Överenskommet av;Datum för överenskommelsen;"
    "Önskat resultat"
).split(";")


def table(rows):
    """A list as a spreadsheet saves it: every row as wide as the heading."""
    filled = [row.split(";") for row in rows.strip().splitlines()]
    lines = [COLUMNS, *(row + [""] * (len(COLUMNS) - len(row)) for row in filled)]
    return "\n".join(";".join(line) for line in lines) + "\n"


TREE = table("""
1.1;Fler klarar matematiken;Nämndens mål;1;2026;2026;Utbildningsnämnden
1;Alla klarar skolan;Mål för mandatperioden;;2023;2026;;Antaget;Alla partier;2023-06-01;Fler når målen.
""")


def read(text, name="mål.csv"):
    content = text.encode()
    return goals_of_file(io.BytesIO(content), name=name, size=len(content))


@pytest.fixture
def kept(strategist, municipality):
    def keep(text):
        rows, problems = read(text)
        assert problems == []
        return list_actions.keep_list(file_name="mål.csv", owner=municipality.top, rows=rows, by=strategist, at=AT)

    return keep


@pytest.fixture
def accept(strategist):
    def do(goal_list, seen=None, by=None):
        seen = seen or held_against_goals(goal_list).digest
        return list_actions.accept_list(goal_list=goal_list, seen=seen, by=by or strategist, at=AT)

    return do


def test_csv_is_read_by_headings_in_any_language():
    rows, problems = read("Number;Goal;Kind of goal;From year\n1;School;Goal for the term of office;2023\n")
    assert problems == []
    assert rows == [{"row": "2", "code": "1", "title": "School", "level": "term", "period_from": "2023"}]


def test_excel_is_read_as_csv_is():
    book = Workbook()
    book.active.append(COLUMNS)
    book.active.append(["1", "Alla klarar skolan", "Mål för mandatperioden", None, 2023, 2026])
    out = io.BytesIO()
    book.save(out)
    rows, problems = goals_of_file(io.BytesIO(out.getvalue()), name="mål.xlsx", size=len(out.getvalue()))
    assert problems == []
    assert (rows[0]["code"], rows[0]["level"], rows[0]["period_from"], rows[0]["period_to"]) == (
        "1",
        "term",
        "2023",
        "2026",
    )


def test_cells_that_cannot_be_read_are_named_with_their_row():
    text = table("1;Ett;Visdomsmål;;år tvåtusen;2026\n2;Två;Nämndens mål;;2026;2026;;;;i fjol")
    _, problems = read(text)
    assert [(problem.row, problem.text.split(":")[0]) for problem in problems] == [
        (2, "Slag av mål"),
        (2, "Från år"),
        (3, "Datum för överenskommelsen"),
    ]
    assert "Mål för budgetåret" in problems[0].text


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("mål.exe", b"x", "Excel"),
        ("mål.csv", b"", "tom"),
        ("mål.csv", b"Rubrik;Annat\n1;2\n", "Kolumner saknas: Nummer, Mål"),
        ("mål.xlsx", b"no workbook", "skadad"),
        ("mål.xlsx", archive({"xl/worksheets/sheet1.xml": b" " * 60_000_000}), "orimligt stor"),
    ],
)
def test_file_that_is_no_list_is_refused_with_what_to_do(name, content, says):
    with pytest.raises(ValidationError) as refused:
        goals_of_file(io.BytesIO(content), name=name, size=len(content))
    assert says in refused.value.messages[0]


def test_list_makes_goals_below_those_it_makes_itself(kept, accept):
    assert accept(kept(TREE)) == 2
    above, below = Goal.objects.get(code="1"), Goal.objects.get(code="1.1")
    assert below.parent == above
    assert (above.state, above.agreed_by, above.versions.count()) == ("adopted", "Alla partier", 1)
    assert (below.state, below.owner.name) == ("draft", "Utbildningsnämnden")
    verbs = list(AuditEvent.objects.filter(verb__startswith="goals.").order_by("number").values_list("verb", flat=True))
    assert verbs == [
        "goals.list_uploaded",
        "goals.goal_added",
        "goals.goal_adopted",
        "goals.goal_added",
        "goals.list_accepted",
    ]


def test_same_list_again_changes_nothing(kept, accept):
    accept(kept(TREE))
    diff = held_against_goals(kept(TREE))
    assert (diff.changes, diff.same_n, diff.acceptable) == ((), 2, False)


def test_list_shows_from_what_to_what_and_leaves_the_rest_alone(kept, accept, add_goal):
    accept(kept(TREE))
    other = add_goal("Annat", code="9")
    again = kept("Nummer;Mål\n1;Alla når målen\n")
    diff = held_against_goals(again)
    assert [(change.code, dict(change.fields)) for change in diff.changes] == [
        ("1", {"title": ("Alla klarar skolan", "Alla når målen")})
    ]
    assert {goal.code for goal in diff.left_out} == {"1.1", "9"}
    accept(again)
    goal = Goal.objects.get(code="1")
    assert (goal.title, goal.desired_result, goal.agreed_by) == ("Alla når målen", "Fler når målen.", "Alla partier")
    assert goal.versions.first().reason == "Inläst från listan mål.csv"
    other.refresh_from_db()
    assert other.version == 0


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        ("1;Ett;Nämndens mål;7;2026;2026", "Målet ovanför, 7, finns varken"),
        ("1;Ett;Nämndens mål;;2026;2026;Månskensnämnden", "Månskensnämnden"),
        ("1;Ett;;;2026;2026", "Slag av mål saknas"),
        ("1;Ett;Nämndens mål;;2027;2026", "slutar före"),
        ("1;Ett;Mål för budgetåret;;2026;2027", "ett år"),
        ("1;Ett;Nämndens mål;;2026;2026\n1;Igen;Nämndens mål;;2026;2026", "står redan på rad 2"),
        (";Ett;Nämndens mål;;2026;2026", "saknar nummer"),
        ("1;Ett;Nämndens mål;;2026;2026;;Antaget", "behöver önskat resultat"),
        ("1;Ett;Nämndens mål;;2026;2026;;Avslutat", "egen sida"),
        ("1;Ett;Nämndens mål;;2026;2026\n2;Två;Mål för mandatperioden;1;2026;2026", "se längre fram"),
    ],
)
def test_list_that_cannot_be_accepted_says_why_and_is_refused(kept, accept, rows, says):
    goal_list = kept(table(rows))
    diff = held_against_goals(goal_list)
    assert any(says in problem.text for problem in diff.problems)
    with pytest.raises(ValidationError):
        accept(goal_list)
    assert not Goal.objects.exists()


def test_only_what_was_seen_is_accepted(kept, accept, strategist):
    accept(kept(TREE))
    goal_list = kept("Nummer;Mål\n1;Alla når målen\n")
    seen = held_against_goals(goal_list).digest
    Goal.objects.filter(code="1").update(title="Någon annans")
    with pytest.raises(ValidationError, match="har ändrats"):
        accept(goal_list, seen)
    assert Goal.objects.get(code="1").title == "Någon annans"


def test_list_is_accepted_or_dropped_once(kept, accept, strategist):
    first, second = kept(TREE), kept(TREE)
    seen = held_against_goals(first).digest
    accept(first, seen)
    with pytest.raises(ValidationError):
        accept(first, seen)
    list_actions.drop_list(goal_list=second, by=strategist, at=AT)
    with pytest.raises(ValidationError, match="avgjord"):
        list_actions.drop_list(goal_list=second, by=strategist, at=AT)


def test_goal_outside_ones_scope_stops_the_whole_list(user_of, municipality):
    schools = municipality.committees[0]
    mine = user_of("controller", schools)
    text = table("1;Vårt;Nämndens mål;;2026;2026\n2;Deras;Nämndens mål;;2026;2026;Omsorgsnämnden")
    rows, _ = read(text)
    goal_list = list_actions.keep_list(file_name="a.csv", owner=schools, rows=rows, by=mine, at=AT)
    with pytest.raises(ValidationError, match="inte har rätt"):
        list_actions.accept_list(goal_list=goal_list, seen=held_against_goals(goal_list).digest, by=mine, at=AT)
    assert not Goal.objects.exists()


def test_what_goes_out_can_be_read_back_and_changes_nothing(client_as, strategist, kept, accept):
    accept(kept(TREE))
    Goal.objects.filter(code="1.1").update(how="=Läxhjälp")
    browser = client_as(strategist)
    for kind in ("csv", "xlsx"):
        content = browser.get(reverse("goals:list"), {"format": kind}).content
        rows, problems = goals_of_file(io.BytesIO(content), name=f"mål.{kind}", size=len(content))
        assert problems == []
        diff = held_against_goals(GoalList(owner=Goal.objects.first().owner, rows=rows, file_name="x"))
        assert (diff.changes, diff.same_n, diff.problems) == ((), 2, ())


def test_pages_from_upload_over_the_diff_to_the_goals(client_as, strategist, municipality):
    browser = client_as(strategist)
    sent = {"file": SimpleUploadedFile("mål.csv", TREE.encode()), "owner": municipality.top.pk}
    page = browser.post(reverse("goals:upload"), sent, follow=True)
    shown = page.content.decode()
    assert "2 mål ändras eller läggs till" in shown
    assert "<ins>Alla klarar skolan</ins>" in shown
    assert not Goal.objects.exists()
    goal_list = GoalList.objects.get()
    answer = {"seen": held_against_goals(goal_list).digest, "once_token": "a"}
    done = browser.post(reverse("goals:accept_list", args=[goal_list.pk]), answer, follow=True)
    assert "2 mål är ändrade eller tillagda" in done.content.decode()
    again = browser.post(reverse("goals:accept_list", args=[goal_list.pk]), answer)
    assert again.headers["Location"] == reverse("goals:tree")


def test_page_names_what_must_be_corrected_in_the_file(client_as, strategist, municipality):
    sent = {
        "file": SimpleUploadedFile("mål.csv", table("1;Ett;Visdomsmål;;x;2026").encode()),
        "owner": municipality.top.pk,
    }
    page = client_as(strategist).post(reverse("goals:upload"), sent)
    assert page.status_code == 422
    assert "2 saker måste rättas i filen" in page.content.decode()
    assert "Rad 2: Slag av mål" in page.content.decode()
    assert not GoalList.objects.exists()
