"""The tables of `core`; each kind has its own module."""

from __future__ import annotations

from jamlik.web.core.audit_models import AuditDetails, AuditEvent, AuditHead
from jamlik.web.core.editing_models import Draft, Sent
from jamlik.web.core.job_models import Job, JobState, WorkerSeen
from jamlik.web.core.people import User, Users

__all__ = [
    "AuditDetails",
    "AuditEvent",
    "AuditHead",
    "Draft",
    "Job",
    "JobState",
    "Sent",
    "User",
    "Users",
    "WorkerSeen",
]
