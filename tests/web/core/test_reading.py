"""Every command and every process of the site begins by reading what the apps register: that must stay light."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from jamlik.web.core.reading import read_when_asked

HEAVY = {"polars", "duckdb", "scipy", "altair", "vl_convert", "weasyprint", "docx"}


@pytest.mark.either
def test_nothing_that_counts_draws_or_lays_out_is_read_at_start(tmp_path):
    code = f"import django, sys; django.setup(); print(sorted({HEAVY!r} & set(sys.modules)))"
    env = {
        **os.environ,
        "JAMLIK_HOME": str(tmp_path),
        "JAMLIK_SECRET_KEY": "a key that only this test knows, long enough to be one",
        "DJANGO_SETTINGS_MODULE": "jamlik.web.settings",
    }
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=env)
    assert done.stdout.strip() == "[]"


@pytest.mark.either
def test_what_is_registered_by_name_is_read_and_called():
    assert read_when_asked("operator.sub")(5, 3) == 2
    with pytest.raises(ImportError):
        read_when_asked("operator.nothing")()


@pytest.mark.either
@pytest.mark.parametrize(
    "name",
    [
        "jamlik.web.assessments.handing_out.url_to_hand_out",
        "jamlik.web.plans.serving.citing",
        "jamlik.web.plans.serving.planned",
    ],
)
def test_every_name_that_is_registered_leads_somewhere(name):
    with pytest.raises(TypeError):  # there it is, and lacks what it is to be asked about
        read_when_asked(name)()
