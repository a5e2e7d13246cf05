"""A file is read in one sitting, a function fits a screen, a folder is seen at a glance."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "slopewise"
FILES = sorted(SOURCE.rglob("*.py"))
LINES_A_FILE = 600
LINES_A_FUNCTION = 50
FILES_A_FOLDER = 12
# one file a question, one file a command: a flat list is its own index
FOLDERS_OF_ANY_SIZE = {SOURCE / "workflow", SOURCE / "cli"}
DEPTH = 3
POSITIONAL = 3
LINES_A_WORKFLOW = 150
VAGUE_NAMES = {"core", "common", "util", "utils", "helper", "helpers", "manager", "base", "misc"}

Function = ast.FunctionDef | ast.AsyncFunctionDef


def functions() -> Iterator[tuple[str, Function]]:
    for path in FILES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, Function):
                yield f"{path.relative_to(SOURCE)}:{node.lineno} {node.name}", node


def is_command(node: Function) -> bool:
    """Commands and pages get their arguments by name from the framework."""
    return bool(node.decorator_list)


def test_files_are_at_most_600_lines() -> None:
    long = {str(p): n for p in FILES if (n := len(p.read_text().splitlines())) > LINES_A_FILE}
    assert not long


def test_workflow_files_are_at_most_150_lines() -> None:
    files = (SOURCE / "workflow").glob("*.py")
    long = {p.name: n for p in files if (n := len(p.read_text().splitlines())) > LINES_A_WORKFLOW}
    assert not long


def test_functions_are_at_most_50_lines() -> None:
    lengths = {name: (n.end_lineno or n.lineno) - n.lineno + 1 for name, n in functions()}
    assert not {name: length for name, length in lengths.items() if length > LINES_A_FUNCTION}


def test_functions_take_at_most_three_positional_arguments() -> None:
    """The rule is about what other modules call; a module's own steps may pass what they need."""
    wide = []
    for name, node in functions():
        arguments = [*node.args.posonlyargs, *node.args.args]
        own = [a for a in arguments if a.arg not in {"self", "cls"}]
        public = not node.name.startswith("_") and not is_command(node)
        if public and len(own) > POSITIONAL:
            wide.append(name)
    assert not wide


def test_no_function_takes_nameless_options() -> None:
    assert not [name for name, node in functions() if node.args.kwarg is not None]


def test_folders_hold_at_most_twelve_modules() -> None:
    folders = {path.parent for path in FILES} - FOLDERS_OF_ANY_SIZE
    full = {str(f): n for f in folders if (n := len(list(f.glob("*.py")))) > FILES_A_FOLDER}
    assert not full


def test_packages_are_at_most_three_deep() -> None:
    deep = [str(p) for p in FILES if len(p.relative_to(SOURCE).parents) > DEPTH]
    assert not deep


def test_package_files_hold_only_a_docstring() -> None:
    for path in SOURCE.rglob("__init__.py"):
        body = ast.parse(path.read_text(encoding="utf-8")).body
        assert len(body) == 1, path
        assert isinstance(body[0], ast.Expr), path


def test_modules_are_named_for_what_they_hold() -> None:
    assert not [str(p) for p in FILES if VAGUE_NAMES & set(p.stem.split("_"))]


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(SOURCE)))
def test_module_names_its_public_surface(path: Path) -> None:
    if path.name == "__init__.py" or "migrations" in path.parts:
        return
    tree = ast.parse(path.read_text(encoding="utf-8"))
    declared = None
    defined = set()
    for node in tree.body:
        if isinstance(node, ast.Assign):
            names = [target.id for target in node.targets if isinstance(target, ast.Name)]
            defined.update(names)
            if "__all__" in names:
                declared = ast.literal_eval(node.value)
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            defined.add(node.target.id)
            if node.target.id == "__all__" and node.value is not None:
                declared = ast.literal_eval(node.value)
        elif isinstance(node, Function | ast.ClassDef):
            defined.add(node.name)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            defined.update(alias.asname or alias.name for alias in node.names)
    assert declared is not None, "write __all__"
    assert set(declared) <= defined, set(declared) - defined
