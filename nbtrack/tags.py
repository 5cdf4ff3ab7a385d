"""Names of the tags that nbtrack writes: MLflow's where it has one, else ``nbtrack.…``."""

from __future__ import annotations

# MLflow's (its front end and its clients read them)
RUN_NAME = "mlflow.runName"
USER = "mlflow.user"
SOURCE_NAME = "mlflow.source.name"
SOURCE_TYPE = "mlflow.source.type"
GIT_COMMIT = "mlflow.source.git.commit"
PARENT_RUN_ID = "mlflow.parentRunId"
NOTE = "mlflow.note.content"
DATA_CONTEXT = "mlflow.data.context"
MODEL_HISTORY = "mlflow.log-model.history"  # JSON list of models that old clients logged
LOGGED_ARTIFACTS = "mlflow.loggedArtifacts"  # JSON list of {"path", "type": "table"}
LOGGED_IMAGES = "mlflow.loggedImages"  # "True" once log_image(key=…) was used

# Values of SOURCE_TYPE
SOURCE_NOTEBOOK = "NOTEBOOK"
SOURCE_LOCAL = "LOCAL"

# nbtrack's own
CELL_ID = "nbtrack.cell.id"
CELL_HASH = "nbtrack.cell.hash"
ATTEMPT_OF = "nbtrack.attempt.of"
ATTEMPT_NUMBER = "nbtrack.attempt.number"
NOTEBOOK = "nbtrack.notebook"
ERROR_TYPE = "nbtrack.error.type"
ERROR_MESSAGE = "nbtrack.error.message"
END_REASON = "nbtrack.end_reason"
PARAMS_FROM = "nbtrack.params.from"  # JSON: param -> the cell its value came from
CORRECTED = "nbtrack.corrected."  # + param key: the value before a correction
CAPTURED = "nbtrack.captured"  # JSON: what the capture rule took
DIRECTION = "nbtrack.direction"  # JSON: metric -> "min" | "max"
