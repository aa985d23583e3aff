"""What the hard tests share: the site as processes of its own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.web.assessments.conftest import asked, at, finding_of, open_round
from tests.web.hard.processes import Site, running_site
from tests.web.plans.conftest import goal, planned

__all__ = ["asked", "at", "finding_of", "goal", "open_round", "planned"]


@pytest.fixture(scope="session")
def _site(django_db_setup, django_db_blocker, tmp_path_factory) -> Iterator[Site]:
    with django_db_blocker.unblock(), running_site(tmp_path_factory.mktemp("site")) as made:
        yield made


@pytest.fixture
def site(transactional_db, _site) -> Iterator[Site]:
    """The site's processes, on the tests' database; none is running, and nothing is left of what others did."""
    _site.clear()
    yield _site
    _site.end_all()
