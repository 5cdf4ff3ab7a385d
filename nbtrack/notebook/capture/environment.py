"""The environment of a run: Python, platform, versions of imported packages; and seeds."""

from __future__ import annotations

import platform
import sys
from functools import lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

# Import name -> name to install it by, where they differ and the package is common in notebooks.
_DISTRIBUTIONS = {
    "PIL": "pillow",
    "bs4": "beautifulsoup4",
    "cv2": "opencv-python",
    "dateutil": "python-dateutil",
    "dotenv": "python-dotenv",
    "google": "",
    "skimage": "scikit-image",
    "sklearn": "scikit-learn",
    "yaml": "PyYAML",
    "zmq": "pyzmq",
}
_NO_PACKAGES = frozenset({"__main__", "__mp_main__", "sitecustomize", "usercustomize"})


def environment() -> dict[str, Any]:
    """Describe Python, the platform and imported packages (name to version)."""
    return {
        "python": platform.python_version(),
        "implementation": platform.python_implementation(),
        "platform": platform.platform(),
        "machine": platform.machine(),
        "packages": packages(),
    }


def packages() -> dict[str, str]:
    """Give the versions of packages that are imported now, by the name to install them by."""
    names = {name.partition(".")[0] for name in list(sys.modules)}
    found: dict[str, str] = {}
    for name in sorted(names - sys.stdlib_module_names - _NO_PACKAGES):
        if not name.startswith("_"):
            version = _version(name)
            if version:
                found[_DISTRIBUTIONS.get(name, name)] = version
    return found


def _version(name: str) -> str:
    # vars() does not run a module's __getattr__, which may import or warn.
    module = sys.modules.get(name)
    version = vars(module).get("__version__") if hasattr(module, "__dict__") else None
    if isinstance(version, str):
        return version
    return _installed_version(_DISTRIBUTIONS.get(name, name))


@lru_cache(maxsize=1_024)
def _installed_version(distribution: str) -> str:
    from importlib.metadata import version

    try:
        return version(distribution) if distribution else ""
    except Exception:  # noqa: BLE001 no such package, or broken metadata
        return ""


def seed_everything(seed: int) -> list[str]:
    """Seed ``random``, and numpy and torch where they are loaded; name what was seeded."""
    import random

    random.seed(seed)
    seeded = ["random"]
    for name, attributes in _SEEDERS:
        module = sys.modules.get(name)
        if module is not None and _seed(module, attributes, seed):
            seeded.append(name)
    return seeded


_SEEDERS: Iterable[tuple[str, str]] = (
    ("numpy", "random.seed"),
    ("torch", "manual_seed"),
    ("cupy", "random.seed"),
    ("tensorflow", "random.set_seed"),
)


def _seed(module: Any, path: str, seed: int) -> bool:
    target = module
    try:
        for name in path.split("."):
            target = getattr(target, name)
        # numpy takes 32 bits.
        target(seed % 2**32)
    except Exception:  # noqa: BLE001 a half-imported library is no reason to stop the cell
        return False
    return True
