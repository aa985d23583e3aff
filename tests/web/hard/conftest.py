"""What the hard tests share: the site as processes of its own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.web.assessments.conftest import asked, at, finding_of, open_round
from tests.web.hard.processes import Site, running_site
from tests.web.plans.conftest import goal, planned

__all__ = ["asked", "at", "finding_of", "goal", "open_round", "planned"]


@pytest.fixture
def site(transactional_db, tmp_path) -> Iterator[Site]:
    """The site's processes, on the tests' database; none is started yet."""
    home = tmp_path / "home"
    home.mkdir()
    with running_site(home) as started:
        yield started
