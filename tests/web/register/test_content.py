"""What the register begins with is whole, in three languages, and can be loaded again."""

import pytest

from jamlik.web.core.models import AuditEvent
from jamlik.web.register import actions, content, theme_actions
from jamlik.web.register.models import Law, LawKind, Theme, ThemeSet
from tests.web.register.conftest import AT

pytestmark = pytest.mark.django_db


def test_shipped_laws_are_whole_in_three_languages():
    laws = content.laws()
    assert len(laws) == 30
    assert len({law.code for law in laws}) == 30
    for law in laws:
        assert law.kind in LawKind.values
        assert set(law.name) == set(law.summary) == {"sv", "en", "fi"}
        assert all([*law.name.values(), *law.summary.values(), law.source])


def test_shipped_templates_have_the_sizes_their_names_say():
    sizes = {key: len(template.themes) for key, template in content.templates().items()}
    assert sizes == {"seven_opportunities": 7, "four_perspectives": 4, "seven_topics": 7, "six_goals": 6}
    for template in content.templates().values():
        assert all(set(name) == {"sv", "en", "fi"} for name in (template.name, template.about, *template.themes))


def test_laws_are_loaded_once_and_again_changes_nothing():
    first = theme_actions.load_laws(by=None, at=AT)
    again = theme_actions.load_laws(by=None, at=AT)
    assert (first.added_n, first.updated_n) == (30, 0)
    assert (again.added_n, again.updated_n, again.kept_n) == (0, 0, 0)
    assert Law.objects.count() == 30
    assert AuditEvent.objects.filter(verb="register.laws_loaded").count() == 1


def test_loading_brings_untouched_laws_up_to_date_and_leaves_edited_ones_alone(user_of, municipality):
    theme_actions.load_laws(by=None, at=AT)
    Law.objects.filter(code="RF").update(summary="gammal text")
    law = Law.objects.get(code="KL")
    facts = {name: getattr(law, name) for name in actions.LAW_FIELDS} | {"summary": "Vår egen text."}
    actions.edit_law(law=law, facts=facts, expected_version=0, by=user_of("registrar", municipality.top), at=AT)
    loaded = theme_actions.load_laws(by=None, at=AT)
    assert (loaded.added_n, loaded.updated_n, loaded.kept_n) == (0, 1, 1)
    assert Law.objects.get(code="RF").summary.startswith("Den offentliga makten")
    assert Law.objects.get(code="KL").summary == "Vår egen text."


def test_law_that_the_municipality_added_is_never_overwritten(user_of, municipality):
    facts = dict.fromkeys(actions.LAW_FIELDS, "") | {
        "code": "RF",
        "name": "Vår egen",
        "kind": "law",
        "checked": False,
    }
    actions.add_law(facts=facts, by=user_of("registrar", municipality.top), at=AT)
    loaded = theme_actions.load_laws(by=None, at=AT)
    assert (loaded.added_n, loaded.kept_n) == (29, 1)
    assert Law.objects.get(code="RF").name == "Vår egen"


def test_template_becomes_a_set_once_with_themes_in_order():
    made = theme_actions.theme_set_from_template(key="four_perspectives", by=None, at=AT)
    again = theme_actions.theme_set_from_template(key="four_perspectives", by=None, at=AT)
    assert made.pk == again.pk
    assert [theme.name for theme in made.themes.all()] == [
        "Jämställdhet",
        "Barn",
        "Funktionsnedsättning",
        "Bostadsområde",
    ]
    assert (ThemeSet.objects.count(), Theme.objects.count()) == (1, 4)


def test_template_whose_name_is_taken_gets_another():
    ThemeSet.objects.create(name="Fyra perspektiv")
    made = theme_actions.theme_set_from_template(key="four_perspectives", by=None, at=AT)
    assert made.name == "Fyra perspektiv 2"
