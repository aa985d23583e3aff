"""A municipality's own editions of the question sets: written, given out, frozen, and used for new analyses only."""

from __future__ import annotations

import json
from datetime import date
from types import SimpleNamespace

import pytest
from django.urls import reverse
from django.utils import translation

from jamlik.cli.commands import handbook as handbook_command
from jamlik.handbook import Case, as_json, cleaned, edition_of, newest, text_of
from jamlik.handbook.answers import NONE
from jamlik.handbook.filled import read_filled
from jamlik.handbook.library import edition_in
from jamlik.handbook.paper import form_of
from jamlik.model.errors import JamlikError
from jamlik.reports.form import form_pdf
from jamlik.web.core.audit_models import AuditEvent
from jamlik.web.core.editing import EditConflict
from jamlik.web.handbook import actions, edition_actions, queries
from jamlik.web.handbook import edition_content as content_of
from jamlik.web.handbook.edition_actions import NEW
from jamlik.web.handbook.edition_forms import QuestionForm
from jamlik.web.handbook.edition_queries import given_out, in_use
from jamlik.web.handbook.filled import compared, keep_filled
from jamlik.web.handbook.forms import AnswerForm
from jamlik.web.handbook.models import Analysis, Edition
from jamlik.web.handbook.rules import RefusedError
from tests.web.handbook.objects import OWN

BASE = newest("equality")
ASKED = {"kind": "text", "text": {"sv": "Vem tar emot?"}, "help": {}, "depths": ["quick"], "required": False}


@pytest.fixture
def who(municipality, user_of, at):
    return {"by": user_of("strategist", municipality.top), "at": at}


@pytest.fixture
def draft(who):
    return edition_actions.begin_edition(set_name="equality", **who)


def url(name, *args):
    return reverse(f"handbook:{name}", args=args)


def order(content, step):
    return next(
        [each.id for each in made.questions] for made in content_of.whole(BASE, content).steps if made.id == step
    )


def table(name, text):
    return {**ASKED, "id": name, "text": {"sv": text}}


def test_questions_stand_where_they_are_put_and_others_stay_in_order_when_one_moves_or_goes():
    content = {}
    for name, after in (("own_1", "q05_target_group"), ("own_2", "own_1"), ("own_3", ""), ("own_4", "own_1")):
        content = content_of.with_question(content, BASE, table(name, name), step="who", after=after)
    ours = order({}, "who")
    assert order(content, "who") == ["own_3", ours[0], "own_1", "own_4", "own_2", *ours[1:]]
    moved = content_of.with_question(content, BASE, table("own_1", "x"), step="frame", after="gone meanwhile")
    assert order(moved, "who") == ["own_3", ours[0], "own_4", "own_2", *ours[1:]]
    assert order(moved, "frame")[-1] == "own_1"
    left = content_of.without(content, BASE, "question", "own_4")
    assert order(left, "who") == ["own_3", ours[0], "own_1", "own_2", *ours[1:]]
    stepped = content_of.with_step(content, BASE, "own_5", title={"sv": "Nytt"}, aim={"sv": "X"}, after="")
    stepped = content_of.with_step(stepped, BASE, "own_6", title={"sv": "Till"}, aim={"sv": "X"}, after="own_5")
    stepped = content_of.with_step(stepped, BASE, "own_5", title={"sv": "Nytt"}, aim={"sv": "X"}, after="frame")
    assert [each.id for each in content_of.whole(BASE, stepped).steps][:3] == ["own_6", "frame", "own_5"]
    assert content_of.without(content_of.without(stepped, BASE, "step", "own_5"), BASE, "step", "own_6") == content


def test_what_is_as_ours_is_not_kept_and_falls_back_on_ours():
    ours = BASE.by_id["q05_target_group"].help
    changed = content_of.with_help({}, BASE, "q05_target_group", {**ours, "fi": "Toinen."})
    assert changed == {"help": {"q05_target_group": {"fi": "Toinen."}}}
    assert content_of.with_help(changed, BASE, "q05_target_group", {"sv": ours["sv"]}) == {}
    named = content_of.with_texts({}, BASE, title={"sv": "Ekbys analys"}, intro=BASE.intro)
    assert content_of.whole(BASE, named).title == {**BASE.title, "sv": "Ekbys analys"}


def test_every_question_is_held_or_can_be_left_out_and_taken_back(municipality):
    edition = SimpleNamespace(base=BASE, content={})
    free = {name for name in BASE.by_id if not content_of.holders(BASE, {}, name)}
    assert {"q02_occasion", "q06_absent"} <= free
    assert not {"q16_observation", "q17_verdict", "q08_children", "q35_control", "q18_reason"} & free
    for name in BASE.by_id:
        left = content_of.without({}, BASE, "question", name)
        if name in free:
            edition_actions.require_removable(edition, "question", name)
            assert name not in edition_of(BASE, left, number=1, file="x").by_id
            assert content_of.without(left, BASE, "question", name, back=True) == {}
        else:
            with pytest.raises(RefusedError, match="måste vara kvar"):
                edition_actions.require_removable(edition, "question", name)


def test_an_edition_is_given_out_for_new_analyses_and_old_ones_keep_theirs(scene, draft, who):
    edition_actions.save_question(
        edition=draft,
        question=NEW,
        table={**ASKED, "kind": "choices"},
        answers=[{"sv": "Torget"}, {"sv": "Hamnen", "fi": "Satama"}],
        step="who",
        after="",
        seen=0,
        **who,
    )
    assert in_use()["equality"][0].key == "equality-1"
    out = edition_actions.give_out(edition=draft, **who)
    assert edition_actions.give_out(edition=draft, **who).issued_at == out.issued_at
    with pytest.raises(RefusedError, match="Börja en ny"):
        edition_actions.save_texts(edition=out, title={"sv": "Ny"}, intro={}, seen=0, **who)
    new = actions.begin_analysis(
        unit=scene.unit, set_name="equality", depth="quick", title="Ny", by=scene.writer, at=scene.at
    )
    assert (new.set_key, new.edition) == ("equality-1+1", out)
    assert [each.id for each in new.questions.choices["own_1"]] == ["own_2", "own_3"]
    scene.analysis.refresh_from_db()
    assert "own_1" not in scene.analysis.questions.by_id
    later = edition_actions.begin_edition(set_name="equality", begun_from=out, **who)
    edition_actions.save_question(
        edition=later,
        question="own_1",
        table={**ASKED, "kind": "choices"},
        answers=[{"sv": "Hamnen"}, {"sv": "Skogen"}],
        step="who",
        after="",
        seen=content_of.seen_as(content_of.piece(later.content, "question", "own_1")),
        **who,
    )
    edition_actions.give_out(edition=later, **who)
    questions, _ = in_use()["equality"]
    assert questions.key == "equality-1+2"
    assert [each.id for each in questions.choices["own_1"]] == ["own_3", "own_4"], "an answer that is gone is no other"
    edition_actions.withdraw(edition=later, **who)
    assert in_use()["equality"][0].key == "equality-1+1"
    edition_actions.withdraw(edition=out, **who)
    assert in_use()["equality"][0].key == "equality-1"
    assert set(given_out()) == {"equality-1+1", "equality-1+2"}
    verbs = set(AuditEvent.objects.filter(target_kind="handbook.edition").values_list("verb", flat=True))
    assert verbs == {f"handbook.edition_{did}" for did in ("begun", "changed", "given_out", "withdrawn")}


def test_a_form_of_another_edition_is_read_into_the_analysis(scene, draft, who):
    Edition.objects.filter(pk=draft.pk).update(
        content=content_of.with_question(
            {}, BASE, {**table("own_1", "Vilken stadsdel?"), "depths": ["quick", "full"]}, step="who", after=""
        )
    )
    edition_actions.give_out(edition=draft, **who)
    own = given_out()[draft.key]
    answers = {
        "own_1": [{"row": "answer", "answer": "Hamnen"}],
        "q06_absent": [{"row": "answer", "answer": "De som arbetar."}],
    }
    read = SimpleNamespace(analysis="", set=own, answers=cleaned(own, answers)[0], faults=())
    kept = keep_filled(analysis=scene.analysis, read=read, by=scene.writer, at=scene.at)
    assert [each.question for each in compared(kept, scene.analysis.answers.all())] == ["q06_absent"]
    assert [(each["question"], each["key"]) for each in kept.faults] == [("own_1", "unknown")]
    new = actions.begin_analysis(
        unit=scene.unit, set_name="equality", depth="quick", title="Ny", by=scene.writer, at=scene.at
    )
    kept = keep_filled(analysis=new, read=read, by=scene.writer, at=scene.at)
    assert [each.question for each in compared(kept, new.answers.all())] == ["own_1", "q06_absent"]
    assert not kept.faults


def test_each_field_of_the_page_is_on_paper_with_the_same_words():
    questions = edition_of(newest("team"), OWN, number=1, file="ekby")
    case = Case(questions, "quick", NONE, frozenset(), date(2027, 2, 1))
    paper = {each.id: each for step in form_of(questions, "quick", "fi").steps for each in step.questions}
    with translation.override("fi"):
        for question in questions.by_id.values():
            form = AnswerForm(case=case, question=question, row="", parts=[part.id for part in question.parts])
            fields = {field.name.rpartition("/")[2]: field for field in paper[question.id].rows[0].inputs}
            assert {name: field.label for name, field in form.fields.items()} == {
                name: field.label for name, field in fields.items()
            }
            assert paper[question.id].help == text_of(question.help, "fi")
    assert "own_1" in paper
    assert "t06_last_time" not in paper


def test_a_real_form_of_an_own_edition_goes_out_and_comes_back(scene, who):
    edition = edition_actions.begin_edition(set_name="team", **who)
    Edition.objects.filter(pk=edition.pk).update(content=OWN)
    edition_actions.give_out(edition=edition, **who)
    questions, _ = in_use()["team"]
    answers = cleaned(questions, {"own_1": [{"answer": "own_3"}]})[0]
    made = form_pdf(form_of(questions, "quick", "sv", answers=answers))
    read = read_filled(made, file="team.pdf", editions=given_out())
    assert (read.set.key, as_json(read.answers)) == ("team-1+1", {"own_1": [{"row": "answer", "answer": "own_3"}]})
    assert not read.faults


def test_an_edition_taken_as_a_file_is_the_same_edition_on_the_command_line(who, client_as, tmp_path, capsys):
    edition = edition_actions.begin_edition(set_name="team", **who)
    Edition.objects.filter(pk=edition.pk).update(content=OWN)
    client = client_as(who["by"])
    assert client.get(url("take_edition", edition.pk)).status_code == 404, "a draft may still change"
    edition = edition_actions.give_out(edition=edition, **who)
    text = client.get(url("take_edition", edition.pk)).content.decode()
    assert edition_in(text, file="team.json") == edition.questions
    file, form = tmp_path / "team.json", tmp_path / "form.pdf"
    file.write_text(text, encoding="utf-8")
    handbook_command.write_form(form, name="team", depth=None, lang="sv", fillable=True, edition=file)
    capsys.readouterr()
    handbook_command.read_form(form, lang="sv", as_json=True, edition=file)
    assert json.loads(capsys.readouterr().out)["form"] == "team-1+1"
    with pytest.raises(JamlikError) as unknown:
        handbook_command.read_form(form, lang="sv", as_json=True)
    assert unknown.value.key == "no_such_handbook"
    for broken in (text.replace("team-1", "team-2"), "[]", "{}", "x", text.replace('"number": 1', '"number": "1"')):
        with pytest.raises(JamlikError) as error:
            edition_in(broken, file="team.json")
        assert error.value.key == "edition_unreadable"


def test_what_cannot_be_given_out_is_told(draft, who):
    with pytest.raises(RefusedError, match="likadan"):
        edition_actions.give_out(edition=draft, **who)
    made = edition_actions.save_step(
        edition=draft, step=NEW, title={"sv": "Förankra"}, aim={"sv": "Berätta."}, after="frame", seen=0, **who
    )
    with pytest.raises(RefusedError, match="Förankra"):
        edition_actions.give_out(edition=draft, **who)
    edition_actions.save_question(edition=draft, question=NEW, table=ASKED, step="own_1", after="", seen=0, **who)
    with pytest.raises(RefusedError, match="Flytta"):
        edition_actions.remove_piece(edition=draft, kind="step", name="own_1", **who)
    with pytest.raises(RefusedError, match="hör till handboken"):
        edition_actions.remove_piece(edition=draft, kind="step", name="frame", **who)
    edition_actions.remove_piece(edition=draft, kind="question", name="own_2", **who)
    edition_actions.remove_piece(edition=draft, kind="step", name="own_1", **who)
    made.refresh_from_db()
    assert (made.content, made.ids_n) == ({}, 2)


def test_what_another_question_needs_stays(draft, who):
    needing = {**table("own_1", "Vilket beslut?"), "when": {"part": "q02_occasion.answer", "in": ["decision"]}}
    content = content_of.with_question({}, BASE, needing, step="frame", after="q03_policy_links")
    Edition.objects.filter(pk=draft.pk).update(content=content)
    with pytest.raises(RefusedError, match="Vilket beslut"):
        edition_actions.remove_piece(edition=draft, kind="question", name="q02_occasion", **who)
    edition_actions.remove_piece(edition=draft, kind="question", name="own_1", **who)
    for back in (False, True, True):
        edition_actions.remove_piece(edition=draft, kind="question", name="q02_occasion", back=back, **who)
    draft.refresh_from_db()
    assert draft.content == {}


def test_two_who_change_the_same_are_told_and_two_who_change_different_things_are_not(draft, who):
    about = {"edition": draft, **who}
    edition_actions.save_help(question="q06_absent", texts={"sv": "En."}, seen=0, **about)
    edition_actions.save_help(question="q05_target_group", texts={"sv": "En annan."}, seen=0, **about)
    with pytest.raises(EditConflict) as told:
        edition_actions.save_help(question="q06_absent", texts={"sv": "Två."}, seen=0, **about)
    assert told.value.theirs.content["help"]["q06_absent"] == {"sv": "En."}


WHOLE = {
    "text_sv": "Vilken stadsdel?",
    "kind": "choice",
    "choices_sv": "Torget\n\n Hamnen ",
    "depths": ["full"],
    "required": "no",
    "place": "who/",
}


@pytest.mark.parametrize(
    ("wrong", "field", "told"),
    [
        ({"text_sv": " "}, "text_sv", "Skriv frågan"),
        ({"text_sv": "x" * 201}, "text_sv", "högst 200"),
        ({"text_sv": BASE.by_id["q06_absent"].texts["sv"].upper()}, "text_sv", "finns redan"),
        ({"help_fi": "x" * 801}, "help_fi", "högst 800"),
        ({"choices_sv": "Torget"}, "choices_sv", "minst två"),
        ({"choices_sv": "Torget\ntorget"}, "choices_sv", "två gånger"),
        ({"choices_sv": "\n".join(map(str, range(31)))}, "choices_sv", "högst 30"),
        ({"choices_en": "The square"}, "choices_en", "men 2 på svenska"),
        ({"depths": []}, "depths", "minst en längd"),
        ({"kind": "row"}, "kind", ""),
        ({"place": "who/q99"}, "place", ""),
    ],
)
def test_a_question_that_is_wrong_is_told_at_its_field(wrong, field, told):
    form = QuestionForm({**WHOLE, **wrong}, questions=BASE, question="new")
    assert not form.is_valid()
    assert list(form.errors) == [field]
    assert told in form.errors[field][0]


def test_a_question_as_it_is_written():
    form = QuestionForm(
        {**WHOLE, "choices_fi": "Tori\nSatama", "text_en": "Which\x07 part?"}, questions=BASE, question="new"
    )
    assert form.is_valid(), form.errors
    assert form.answers() == [{"sv": "Torget", "fi": "Tori"}, {"sv": "Hamnen", "fi": "Satama"}]
    assert form.table() == {
        "kind": "choice",
        "text": {"sv": "Vilken stadsdel?", "en": "Which part?"},
        "help": {},
        "depths": ["full"],
        "required": False,
    }


def test_an_edition_is_made_on_the_site_from_begin_to_the_first_analysis(scene, who, client_as):
    client = client_as(who["by"])
    assert "som den följer med" in client.get(url("editions")).content.decode()
    answer = client.post(url("begin_edition", "equality"), {"begun_from": "0"})
    edition = Edition.objects.get()
    assert answer.headers["Location"] == url("edition", edition.pk)
    new = url("edition_question", edition.pk, "new")
    assert 'value="who/' in client.get(f"{new}?step=who").content.decode()
    assert client.post(new, {**WHOLE, "text_sv": "", "version": 0}).status_code == 422
    assert client.post(new, {**WHOLE, "depths": ["quick"], "version": 0}).status_code == 302
    helped = url("edition_question", edition.pk, "q06_absent")
    sent = {"help_sv": "Tänk på Ekby.", "version": 0}
    assert client.post(helped, sent).status_code == 302
    told = client.post(helped, {"help_sv": "Tänk om.", "version": 0})
    assert (told.status_code, "Tänk på Ekby." in told.content.decode()) == (409, True)
    page = client.get(url("edition", edition.pk)).content.decode()
    assert "Vilken stadsdel?" in page
    assert "Inte översatt till engelska, finska." in page
    assert (
        "måste vara kvar" in client.get(url("edition_remove", edition.pk, "question", "q17_verdict")).content.decode()
    )
    assert client.post(url("edition_remove", edition.pk, "question", "q17_verdict")).status_code == 422
    seen = client.get(url("preview", edition.pk, "quick")).content.decode()
    assert 'name="own_1-answer"' in seen
    assert "Tänk på Ekby." in seen
    assert client.post(url("give_out", edition.pk)).status_code == 302
    assert client.post(new, {**WHOLE, "version": 0}).headers["Location"] == url("edition", edition.pk)
    writer = client_as(scene.writer)
    sent = {"title": "Ny", "questions": "equality.quick"}
    writer.post(url("begin", scene.unit.pk), sent)
    made = Analysis.objects.get(edition=edition)
    scene.writer.language = "fi"
    scene.writer.save(update_fields=["language"])
    asked = writer.get(url("question", made.pk, "own_1")).content.decode()
    assert "Kysymys on vain ruotsiksi." in asked
    assert "Vilken stadsdel?" in asked
    assert writer.post(url("question", made.pk, "own_1"), {"answer": "own_3", "parts": "answer"}).status_code == 302
    assert as_json(queries.case_of(made).answers)["own_1"] == [{"row": "answer", "answer": "own_3"}]
    assert writer.get(url("edition", edition.pk)).status_code == 403
