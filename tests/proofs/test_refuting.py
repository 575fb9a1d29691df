"""False equations are refused at once: every token of them changed in every way that still parses."""

import ast
import inspect
import types

from spec import equations
from spec.equations import BOOK
from spec.proofs import modular, prove, refute
from spec.theorems.books import BOOKS

SOURCE = inspect.getsource(equations)
OPERATORS = ast.Add, ast.Sub, ast.Mult, ast.Div, ast.Pow
NUMBERS = 0, 1, 2, 3
ATTRIBUTES = {"m": ["sum", "sqrt"], "sum": ["sqrt", "m"], "sqrt": ["sum", "m"]}


def changed(source=SOURCE):
    """Every change of one token of the functions: what it is, in words, and the source after it."""
    tree = ast.parse(source)
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
    for function in functions:
        parameters = [each.arg for each in function.args.args]
        others = [each.name for each in functions]
        for node in ast.walk(ast.Module(function.body, [])):
            for words, restore in _changes(node, parameters, others):
                yield f"{function.name}: {words}", ast.unparse(tree)
                restore()


def _changes(node, parameters, functions):
    """Changes of a node, made one after the other; each comes with a function that takes it back."""

    def changes(field, values):
        was = getattr(node, field)
        for value in values:
            setattr(node, field, value)
            yield ast.unparse(node), lambda: setattr(node, field, was)

    if isinstance(node, ast.BinOp):
        yield from changes("op", [kind() for kind in OPERATORS if not isinstance(node.op, kind)])
    elif isinstance(node, ast.Constant) and isinstance(node.value, int):
        yield from changes("value", [n for n in NUMBERS if n != node.value])
    elif isinstance(node, ast.Name) and node.id in parameters and isinstance(node.ctx, ast.Load):
        yield from changes("id", [name for name in parameters if name not in (node.id, "book", "over")])
    elif isinstance(node, ast.Name) and node.id in functions and isinstance(node.ctx, ast.Load):
        yield from changes("id", [name for name in functions if name != node.id])
    elif isinstance(node, ast.Attribute) and node.attr in ATTRIBUTES:
        yield from changes("attr", ATTRIBUTES[node.attr])
    elif isinstance(node, ast.Attribute) and node.attr in equations.Equations._fields:
        yield from changes("attr", [name for name in equations.Equations._fields if name != node.attr])


def executed(source):
    """The module that a source makes."""
    module = types.ModuleType("spec.equations")
    exec(compile(source, "equations.py", "exec"), module.__dict__)
    return module


CHANGES = list(changed())


def test_there_are_many_changes():
    assert len(CHANGES) > 150
    assert len(dict(CHANGES)) > 120


def refused(module, monkeypatch):
    """Why these equations are refused, in words; None if they are not."""
    monkeypatch.setattr(modular, "equations", module)
    # what a book replaces of the source's it replaces of theirs
    replaced = {
        name: {entry: each for entry, each in book._asdict().items() if each is not getattr(BOOK, entry)}
        for name, book in BOOKS.items()
    }
    with_theirs = {name: module.BOOK._replace(**entries) for name, entries in replaced.items()}
    try:
        return refute.composed(module) or refute.refute(books=with_theirs, seed=5)
    except Exception as error:  # what puts them together does not run
        return str(error)


def test_the_equations_themselves_are_not_refused(monkeypatch):
    assert not refused(equations, monkeypatch)
    assert not refused(executed(SOURCE), monkeypatch)


def test_every_change_of_one_token_is_refused(monkeypatch):
    living = []
    for words, source in CHANGES:
        try:
            module = executed(source)
        except TypeError:
            continue  # it cannot even be imported
        if not refused(module, monkeypatch):
            living.append(words)
    assert not living


def test_prove_names_the_theorem_and_the_line(monkeypatch, capsys):
    source = SOURCE.replace(
        "return over.sum((x - mean) ** 2) / over.m", "return over.sum((x - mean) ** 2) / (over.m - 1)"
    )
    module = executed(source)
    monkeypatch.setattr(modular, "equations", module)
    monkeypatch.setitem(BOOKS, "source", module.BOOK)
    monkeypatch.setattr(refute, "changed", lambda: refute.changes(SOURCE, source))
    lines = []
    verdicts = prove.prove(check=True, progress=lines.append)
    assert not any(verdict.ok for verdict in verdicts)
    assert len(lines) == 2
    assert "FAILED" in lines[0]
    assert "FALSE: step" in lines[0]
    number = SOURCE[: SOURCE.index("return over.sum((x - mean)")].count("\n") + 1
    assert lines[1].strip() == (
        f"equations.py, line {number}: return over.sum((x - mean) ** 2) / (over.m - 1)   "
        "(was: return over.sum((x - mean) ** 2) / over.m)"
    )


def test_what_is_not_decided_in_time_is_refused_and_says_so(monkeypatch):
    def slow(theorem):
        raise TimeoutError

    monkeypatch.setattr(prove, "prove_one", slow)
    lines = []
    (verdict,) = prove.prove(["weighted"], check=True, progress=lines.append)
    assert not verdict.ok
    assert f"not decided in {prove.BUDGET:g} s" in lines[0]
