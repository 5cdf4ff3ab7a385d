"""The REST API as one table: the server mounts it, clients call it, the docs print it."""

from __future__ import annotations

from nbtrack.rest import (
    artifacts,
    batches,
    curves,
    experiments,
    health,
    inputs,
    logged_models,
    metrics,
    model_files,
    model_notes,
    multipart,
    overviews,
    previews,
    proxied,
    run_changes,
    run_keys,
    run_overview,
    run_tables,
    runs,
    values,
)

ENDPOINTS = (
    *health.ENDPOINTS,
    *experiments.ENDPOINTS,
    *runs.ENDPOINTS,
    *values.ENDPOINTS,
    *metrics.ENDPOINTS,
    *batches.ENDPOINTS,
    *inputs.ENDPOINTS,
    *logged_models.ENDPOINTS,
    *model_files.ENDPOINTS,
    *model_notes.ENDPOINTS,
    *artifacts.ENDPOINTS,
    *proxied.ENDPOINTS,
    *multipart.ENDPOINTS,
    *run_tables.ENDPOINTS,
    *run_keys.ENDPOINTS,
    *run_changes.ENDPOINTS,
    *curves.ENDPOINTS,
    *overviews.ENDPOINTS,
    *run_overview.ENDPOINTS,
    *previews.ENDPOINTS,
)
