"""`import nbtrack` is light, and every public name is there."""

import ast
import inspect
import subprocess
import sys

import pytest

import nbtrack

HEAVY = (
    "pandas",
    "sqlalchemy",
    "tornado",
    "ipywidgets",
    "msgspec",
    "numpy",
    "IPython",
    "matplotlib",
    "fsspec",
)


def loaded_after(statement):
    """Return the top-level modules that a fresh interpreter has after a statement."""
    code = f"{statement}\nimport sys\nprint(*{{name.partition('.')[0] for name in sys.modules}})"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    return set(done.stdout.splitlines()[-1].split())


def test_importing_nbtrack_loads_nothing_heavy():
    assert loaded_after("import nbtrack").isdisjoint(HEAVY)


def test_importing_the_jupyter_extension_loads_nothing_heavy():
    """Jupyter Server imports it at every start, and logs what takes longer than 0.1 s."""
    assert loaded_after("import nbtrack_jupyter").isdisjoint({*HEAVY, "nbtrack", "jupyter_server"})


def test_loading_the_jupyter_extension_opens_no_database():
    statement = "import nbtrack_jupyter as n; n._jupyter_server_extension_points()"
    heavy = {"sqlalchemy", "pandas", "numpy", "matplotlib", "nbtrack"}
    assert loaded_after(statement).isdisjoint(heavy)


def test_the_help_of_the_command_line_loads_nothing_heavy():
    statement = "from nbtrack.cli.main import main; main(['--help'], standalone_mode=False)"
    assert loaded_after(statement).isdisjoint({*HEAVY} - {"msgspec"})


def test_naming_a_store_loads_no_database():
    statement = "import nbtrack; nbtrack.set_tracking_uri('sqlite:///x.db')"
    assert loaded_after(statement).isdisjoint({"sqlalchemy", "pandas", "numpy", "matplotlib"})


@pytest.mark.parametrize("name", nbtrack.__all__)
def test_a_public_name_is_there(name):
    assert getattr(nbtrack, name) is not None
    assert name in dir(nbtrack)


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="log_metrc"):
        nbtrack.log_metrc  # noqa: B018


def test_type_checkers_see_the_names_that_are_imported_late():
    [block] = [
        statement
        for statement in ast.parse(inspect.getsource(nbtrack)).body
        if isinstance(statement, ast.If) and ast.unparse(statement.test) == "TYPE_CHECKING"
    ]
    seen = {
        alias.asname: (statement.module, alias.name)
        for statement in block.body
        for alias in statement.names
    }
    late = {name: (module, name) for name, module in nbtrack._PUBLIC.items()}
    assert seen == {**late, **{name: ("nbtrack", name) for name in nbtrack._MODULES}}
