"""Fingerprints of frames and arrays from about 1,000 sampled elements: cheap at any size.

A changed element between the samples is not seen, which is why a digest is always marked "sampled".
Libraries are recognised by the module of the value's type and never imported here.
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

SAMPLES = 1_000
# Kinds of NumPy's types whose bytes are their value.
_BYTES_TELL = "biufcmMSU"
MAX_COLUMNS = 100
_MAX_TEXT = 200
_PLAIN = (str, int, float, bool, type(None), bytes, date, timedelta, Decimal)


def indices(length: int, samples: int) -> list[int]:
    """Give at most ``samples`` positions spread over ``range(length)``, both ends included."""
    if length <= samples:
        return list(range(length))
    if samples <= 1:
        return [0]
    return [round(i * (length - 1) / (samples - 1)) for i in range(samples)]


def digest(parts: Iterable[bytes | str]) -> str:
    """Give 8 hexadecimal digits, as long as MLflow's digests."""
    hashed = blake2b(digest_size=4)
    for part in parts:
        hashed.update(part.encode("utf-8", "surrogatepass") if isinstance(part, str) else part)
        hashed.update(b"\0")
    return hashed.hexdigest()


def of_array(array: Any) -> str:
    """Fingerprint a numpy array."""
    head = f"{array.shape}{array.dtype}"
    if array.size == 0:
        return digest([head])
    if array.ndim == 0:
        sample = array
    elif type(array).__name__ == "memmap":
        # Its pages may lie on a slow disk: only the beginning.
        sample = array[tuple(slice(0, 10) for _ in array.shape)]
    else:
        import numpy as np  # loaded already: the value is one of its arrays

        flat = np.linspace(0, array.size - 1, min(array.size, SAMPLES)).astype(np.int64)
        sample = array[np.unravel_index(flat, array.shape)]
    return digest([head, _bytes(sample)])


def _bytes(sample: Any) -> bytes:
    if sample.dtype.kind not in _BYTES_TELL:
        return _texts(sample.ravel().tolist())
    return bytes(sample.tobytes())


def _texts(values: Iterable[Any]) -> bytes:
    """Write values of any type; of objects that are no plain values only the type."""
    texts = (
        str(value)[:_MAX_TEXT] if isinstance(value, _PLAIN) else type(value).__name__
        for value in values
    )
    return "\x1f".join(texts).encode("utf-8", "surrogatepass")


def of_pandas(frame: Any) -> str:
    """Fingerprint a pandas DataFrame: rows spread over its first columns."""
    import numpy as np  # loaded already: pandas is made of it

    dtypes = frame.dtypes.tolist()
    # Many columns share a type; writing one takes time, and so does hashing a categorical one.
    names = {id(dtype): str(dtype) for dtype in {id(one): one for one in dtypes}.values()}
    head = (
        f"{frame.shape}{frame.columns.tolist()[:MAX_COLUMNS]}{[names[id(one)] for one in dtypes]}"
    )
    width = min(len(dtypes), MAX_COLUMNS)
    if width == 0 or len(frame) == 0:
        return digest([head])
    if width < len(dtypes):
        frame = frame.iloc[:, :width]
    # A slice is a view: taking rows by number costs five times as much.
    sample = frame.iloc[:: -(-len(frame) // max(10, SAMPLES // width))]
    if len(names) == 1 and isinstance(dtypes[0], np.dtype):
        return digest([head, _bytes(sample.to_numpy())])
    return digest([head, *(_of_column(column) for _, column in sample.items())])


def _of_column(column: Any) -> bytes:
    if getattr(column.dtype, "kind", "O") in _BYTES_TELL and hasattr(column.dtype, "num"):
        return bytes(column.to_numpy().tobytes())
    return _texts(column.tolist())


def of_frame(frame: Any) -> str:
    """Fingerprint a frame that is like pandas': its first rows."""
    head = f"{tuple(frame.shape)}{list(map(str, frame.columns))}{list(map(str, frame.dtypes))}"
    sample = getattr(frame, "iloc", frame)[: SAMPLES // 10]
    write = getattr(sample, "to_csv", None) or sample.write_csv
    return digest([head, str(write())])


def of_any_array(array: Any) -> str:
    """Fingerprint what NumPy can read as an array, else its shape and type."""
    import numpy as np

    try:
        return of_array(np.asarray(array))
    except Exception:  # noqa: BLE001 - a library's own code: a tensor on another device
        return of_unread(array)


def of_unread(value: Any) -> str:
    """Fingerprint shape and type alone, where reading the elements would wait for a device."""
    return digest([f"{tuple(value.shape)}{value.dtype}"])


def of_series(series: Any) -> str:
    """Fingerprint a pandas Series."""
    sample = series.iloc[indices(len(series), SAMPLES)]
    head = f"{series.shape}{series.name}{series.dtype}"
    return digest([head, _bytes(sample.to_numpy())])


def of_polars(frame: Any) -> str:
    """Fingerprint a polars DataFrame or Series."""
    width = len(getattr(frame, "columns", ())) or 1
    sample = frame[indices(len(frame), max(10, SAMPLES // width))]
    rows = sample.rows() if hasattr(sample, "rows") else [sample.to_list()]
    return digest([str(frame.shape), *(_texts(row) for row in rows)])


def of_tensor(tensor: Any) -> str:
    """Fingerprint a torch tensor in main memory; reading one on a device would wait for it."""
    head = f"{tuple(tensor.shape)}{tensor.dtype}"
    if str(getattr(tensor, "device", "cpu")) != "cpu" or not getattr(tensor, "is_leaf", True):
        return digest([head])
    flat = tensor.detach().reshape(-1) if tensor.is_contiguous() else None
    if flat is None or not len(flat):
        return digest([head])
    return digest([head, _texts(flat[indices(len(flat), SAMPLES)].tolist())])


def of_sparse(matrix: Any) -> str:
    """Fingerprint a scipy sparse matrix by its stored elements."""
    data = getattr(matrix, "data", None)
    stored = of_array(data) if hasattr(data, "dtype") and hasattr(data, "ravel") else ""
    return digest([f"{matrix.shape}{matrix.dtype}{matrix.nnz}", stored])
