"""`run.json`: how a result came about, so that it can be made again and told apart."""

from __future__ import annotations

import json

from jamlik.model.results import AnalysisResult
from jamlik.reports.context import context_of

__all__ = ["run_json"]


def run_json(*results: AnalysisResult) -> str:
    """Return the run's facts as JSON: keyed input hash, versions, options, SQL, fingerprint of what is published.

    Nothing in it depends on the clock, the machine or the folder.
    """
    runs = [_facts(result) for result in results]
    content = runs[0] if len(runs) == 1 else {"runs": runs}
    return json.dumps(content, ensure_ascii=False, indent=2, sort_keys=True) + "\n"


def _facts(result: AnalysisResult) -> dict[str, object]:
    run, gate = result.run, result.table.gate
    return {
        "input": {"name": run.input_name, "key": run.input_key},
        "versions": dict(run.versions),
        "options": dict(run.options),
        "sql": [{"name": name, "text": text} for name, text in run.steps],
        "fingerprint": context_of(result).fingerprint,
        "family": {"asked": result.family.asked_n, "tested": result.family.tested_n},
        "protection": {
            "rules": gate.rules,
            "audience": result.table.audience.value,
            "cells": gate.cells_n,
            "hidden": gate.hidden_n,
            "required_width": gate.required,
            "narrowest_width": gate.narrowest,
        },
    }
