"""What is known of particular functions and libraries; nothing else decides by name."""

from __future__ import annotations

import ast
import sys
import time
import timeit
from typing import TYPE_CHECKING, Any

from nbtrack.notebook.capture.resolve import dotted, resolve
from nbtrack.words import words

if TYPE_CHECKING:
    from collections.abc import Mapping

# Functions of the clock: what they return directly is a moment, not a measurement.
_CLOCKS = frozenset(
    {
        time.time,
        time.time_ns,
        time.perf_counter,
        time.perf_counter_ns,
        time.monotonic,
        time.monotonic_ns,
        time.process_time,
        time.process_time_ns,
        time.thread_time,
        timeit.default_timer,
    }
)
_CLOCK_NAMES = words(
    "time time_ns perf_counter perf_counter_ns monotonic monotonic_ns process_time "
    "process_time_ns thread_time default_timer now utcnow today timestamp"
)
# Functions that change the type of what a clock gave, not its meaning.
_CONVERSIONS = frozenset({"int", "float", "round", "str"})

# Functions whose number says how much was written or whether it worked: no measurement of the run.
NO_MEASURES = words(
    "write writelines write_text write_bytes seek tell system call send getpid id hash"
)

# Functions that read settings from a file or a text: (module, name).
_LOADERS = frozenset(
    (module, name)
    for module, names in {
        "json": ("load", "loads"),
        "yaml": ("load", "safe_load", "full_load"),
        "toml": ("load", "loads"),
        "tomllib": ("load", "loads"),
        "tomli": ("load", "loads"),
        "OmegaConf": ("load", "create"),
    }.items()
    for name in names
)

# Libraries whose classes are no models or settings: their keywords say how a thing is shown.
_NOT_MODELS = words(
    "builtins pandas numpy matplotlib mpl_toolkits seaborn plotly altair bokeh tqdm rich "
    "IPython ipywidgets nbtrack mlflow wandb logging warnings pathlib datetime io threading "
    "multiprocessing concurrent contextlib argparse collections decimal fractions random time "
    "_io polars pyarrow"
)


def is_clock(node: ast.expr | None, namespace: Mapping[str, Any]) -> bool:
    """Whether an expression is directly what a clock returned."""
    if not isinstance(node, ast.Call):
        return False
    parts = dotted(node.func)
    if parts and parts[-1] in _CONVERSIONS and len(node.args) >= 1:
        return is_clock(node.args[0], namespace)
    if not parts:
        # as in datetime.now().timestamp()
        inner = node.func.value if isinstance(node.func, ast.Attribute) else None
        return isinstance(node.func, ast.Attribute) and (
            node.func.attr == "timestamp" and is_clock(inner, namespace)
        )
    callee = resolve(node.func, namespace)
    try:
        if callee in _CLOCKS:
            return True
    except TypeError:  # unhashable: not a function
        return False
    return parts[-1] in _CLOCK_NAMES and (callee is None or not _is_users(callee))


def _is_users(callee: Any) -> bool:
    return getattr(callee, "__module__", None) == "__main__"


def loads_settings(call: ast.Call) -> bool:
    """Whether a call reads settings: ``yaml.safe_load(f)``, ``parser.parse_args()``."""
    parts = dotted(call.func)
    return bool(parts) and (
        parts[-2:] in _LOADERS or parts[-1] in {"parse_args", "parse_known_args"}
    )


def is_settings(value: Any) -> bool:
    """Whether a value is settings by its type: argparse's namespace, omegaconf, ml_collections."""
    kind = type(value)
    if kind.__module__.partition(".")[0] in {"omegaconf", "ml_collections"}:
        return True
    argparse = sys.modules.get("argparse")
    return argparse is not None and isinstance(value, argparse.Namespace)


def keywords_are_params(callee: Any) -> bool:
    """Whether constant keywords of this callee are params: a class of a model or settings."""
    if not isinstance(callee, type):
        return False
    if callee.__module__ in {"functools", "types"}:
        return True
    return str(callee.__module__).partition(".")[0] not in _NOT_MODELS
