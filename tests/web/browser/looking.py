"""What the browser tests of assessments and plans share: axe, the session's cookie, where screenshots go."""

from __future__ import annotations

import json
import os
from typing import Any

from django.test import Client
from playwright.sync_api import Page

__all__ = ["SHOTS", "session_of", "violations"]

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
SHOTS = os.environ.get("JAMLIK_SHOTS", "")


def session_of(client: Client, url: str) -> Any:
    """The cookie that logs a browser in."""
    return {"name": "sessionid", "value": client.cookies["sessionid"].value, "url": url}


def violations(page: Page, axe_source: str) -> list[object]:
    """What axe finds: rule and the first elements."""
    page.evaluate(axe_source)
    options = json.dumps({"runOnly": RULES, "resultTypes": ["violations"]})
    found = page.evaluate(f"axe.run(document, {options}).then(found => found.violations)")
    return [(v["id"], [node["html"][:300] for node in v["nodes"][:3]]) for v in found]
