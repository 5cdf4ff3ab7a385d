"""The pages as rows of a table, like the API's."""

from __future__ import annotations

from nbtrack.rest.endpoint import ROOT, Answer, Endpoint
from nbtrack.server.pages import experiments, one_run, runs

PAGES = (
    # Without the slash at its end it is not the page, but leads there.
    Endpoint("GET", "", experiments.Ask, experiments.page, prefixes=("/", ""), answer=Answer.PAGE),
    Endpoint(
        "GET",
        "experiments/{experiment_id}",
        runs.Ask,
        runs.page,
        prefixes=ROOT,
        answer=Answer.PAGE,
    ),
    Endpoint(
        "GET",
        "runs/{run_id}",
        one_run.Ask,
        one_run.page,
        prefixes=ROOT,
        answer=Answer.PAGE,
        files=True,
    ),
)
