"""The search language: text to syntax tree. The grammar is in `nbtrack.filters.parser`."""

from nbtrack.filters.fields import EXPERIMENTS, LOGGED_MODELS, RUNS, Fields
from nbtrack.filters.parser import Ordering, parse_columns, parse_filter, parse_order_by
from nbtrack.filters.tree import BoolOp, Comparison, Field, Node

__all__ = [
    "EXPERIMENTS",
    "LOGGED_MODELS",
    "RUNS",
    "BoolOp",
    "Comparison",
    "Field",
    "Fields",
    "Node",
    "Ordering",
    "parse_columns",
    "parse_filter",
    "parse_order_by",
]
