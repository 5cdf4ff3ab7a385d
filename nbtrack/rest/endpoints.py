"""The REST API as one table: the server mounts it, clients call it, the docs print it."""

from __future__ import annotations

from nbtrack.rest import experiments, health

ENDPOINTS = (*health.ENDPOINTS, *experiments.ENDPOINTS)
