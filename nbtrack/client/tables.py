"""Tables among a run's files, as MLflow writes them: JSON with ``columns`` and ``data``.

A second ``log_table`` to the same file appends its rows.
"""

from __future__ import annotations

import io
import json
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from nbtrack.client.names import check_mapping
from nbtrack.errors import InvalidValue, NotFound

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pandas import DataFrame

    from nbtrack.artifacts import ArtifactFolder

_FORMATS = (".json", ".parquet")


def append_table(
    folder: ArtifactFolder, data: Mapping[str, Any] | DataFrame, artifact_file: str
) -> None:
    """Write a table to a file, behind the rows that are in it.

    Parameters
    ----------
    folder : ArtifactFolder
        The run's files.
    data : mapping or DataFrame
        Columns by name; single values make one row.
    artifact_file : str
        A path that ends with .json or .parquet.
    """
    import pandas as pd

    frame = _frame(data)
    write = _format(artifact_file)
    try:
        before = read_table(folder, artifact_file)
    except NotFound:
        before = None
    if before is not None and len(before.columns):
        frame = pd.concat([before, frame], ignore_index=True) if len(before) else frame
    folder.write(artifact_file, _to_json(frame) if write == ".json" else _to_parquet(frame))


def read_table(folder: ArtifactFolder, artifact_file: str) -> DataFrame:
    """Return what `append_table` wrote; `NotFound` if there is no such file."""
    import pandas as pd

    content = folder.read(artifact_file)
    if _format(artifact_file) == ".parquet":
        return pd.read_parquet(io.BytesIO(content))
    try:
        parsed = json.loads(content)
        return pd.DataFrame(parsed["data"], columns=parsed["columns"])
    except (ValueError, KeyError, TypeError) as error:
        raise InvalidValue(
            f"{artifact_file!r} is not a table: log_table writes JSON with columns and data."
        ) from error


def _frame(data: Any) -> DataFrame:
    import pandas as pd

    if isinstance(data, pd.DataFrame):
        return data
    columns = check_mapping(data, "log_table")
    try:
        return pd.DataFrame(columns)
    except ValueError:
        if any(isinstance(value, (list, tuple)) for value in columns.values()):
            raise InvalidValue(
                "The columns of a table have the same length; these have "
                + ", ".join(f"{key!r}: {_length(value)}" for key, value in columns.items())
                + "."
            ) from None
        return pd.DataFrame([columns])  # single values: one row


def _length(value: Any) -> int:
    return len(value) if hasattr(value, "__len__") and not isinstance(value, str) else 1


def _to_json(frame: DataFrame) -> bytes:
    # Not DataFrame.to_json: it writes at most 15 digits of a float.
    missing = frame.isna()
    rows = frame.astype(object).mask(missing, None).to_numpy().tolist()
    table = {"columns": [str(column) for column in frame.columns], "data": rows}
    return json.dumps(table, default=_plain, ensure_ascii=False).encode("utf-8", "surrogatepass")


def _plain(value: Any) -> Any:
    for method in ("tolist", "isoformat"):
        convert = getattr(value, method, None)
        if callable(convert):
            return convert()
    return str(value)


def _to_parquet(frame: DataFrame) -> bytes:
    buffer = io.BytesIO()
    try:
        frame.to_parquet(buffer, index=False)
    except ImportError as error:
        raise InvalidValue(
            "Parquet needs pyarrow: pip install pyarrow, or name the file .json."
        ) from error
    return buffer.getvalue()


def _format(file: str) -> str:
    suffix = PurePosixPath(file).suffix.lower()
    if suffix not in _FORMATS:
        raise InvalidValue(f"A table is a .json or .parquet file, not {file!r}.")
    return suffix
