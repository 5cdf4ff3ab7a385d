"""Plain requests for what the page of a run asks for."""

from __future__ import annotations

from tests.wire.plain_request import ANY, get

REQUESTS = (
    get(
        "runs/overview",
        {"run_id": "$run"},
        fields={
            "run.info.run_id": "$run",
            "experiment.experiment_id": "$experiment",
            "experiment.name": "$name",
            "metrics.0.last": 1.5,
            "metrics.0.min": ANY,
            "metrics.0.max": ANY,
            "metrics.0.first": ANY,
            "metrics.0.count": 1,
            "parent": ANY,
            "children": ANY,
            "children_total": ANY,
            "attempts": [],
        },
    ),
    get(
        "artifacts/head",
        {"run_id": "$run", "path": "dir/a file.txt"},
        fields={"kind": "text", "size": 7, "truncated": False, "text": "content"},
    ),
)
