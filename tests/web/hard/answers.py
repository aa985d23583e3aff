"""What is answered in any guided form, by the name of the field; where nothing stands here, what the page offers."""

from __future__ import annotations

__all__ = ["ANSWERS"]

ANSWERS = {
    "title": "Alla når fram",
    "desired_result": "Fler når fram.",
    "agreed_by": "Fullmäktige",
    "agreed_on": "2026-01-15",
    "period_from": "2026",
    "period_to": "2030",
    "decided_by": "Fullmäktige",
    "decided_on": "2026-01-15",
    "review_on": "2027-01-15",
    "valid_until": "2030-01-15",
    "by_year": "2030",
    "value": "50",
    "baseline": "40",
    "role": "Rektor",
    "due_on": "2099-06-01",
    "cost_sek": "1000",
    "reason": "Nytt läge.",
}
