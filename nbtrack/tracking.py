"""The public name ``nbtrack.tracking``: where runs are recorded, and the `Client`.

It takes the place of ``mlflow.tracking`` in programs that were written for MLflow.
"""

from __future__ import annotations

from nbtrack.client.client import Client
from nbtrack.client.session import get_tracking_uri, set_tracking_uri

MlflowClient = Client

__all__ = ["Client", "MlflowClient", "get_tracking_uri", "set_tracking_uri"]
