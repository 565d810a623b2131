"""Source: the text of a function, in which the loop over rows is found, and rewritten so that its variables are seen.

    for i in range(n):         for i in __l2zk__.rows(range(n)):       # once
        x = f(x, i)                x, = __l2zk__.enter(locals(), ("x",))
                                   x = f(x, i)
                               x, i, = __l2zk__.leave(locals(), ("x", "i"))

Files and lines stay those of the source. An `assert` becomes a claim, an index may be the variable of the loop, and
what is declared with a type, `x: int = v`, and what is returned go through the recorder too.
"""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from types import CodeType, FunctionType
from typing import Any

from l2zk.language.loops.refusal import Line, refusal

HELPER = "__l2zk__"
"""The name under which the rewritten function finds the recorder."""

MARK = "rows"
"""The name of the function that marks the loop over rows: l2zk.rows."""

_MUTATORS = frozenset({"append", "extend", "insert", "pop", "remove", "clear", "sort", "reverse"})

_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)

_NO_PLACE = {
    ast.Yield: "yield: the values that a program gives are returned",
    ast.YieldFrom: "yield: the values that a program gives are returned",
    ast.Await: "await: a program computes, and waits for nothing",
    ast.AsyncFor: "async for: the loop over rows is an ordinary one",
    ast.Global: "global: a program's variables are its own",
    ast.Nonlocal: "nonlocal: a program's variables are its own",
}


@dataclass(frozen=True)
class Source:
    """A function's rewritten code.

    iterated: the names that the loop over rows iterates over directly, where nothing else says how many rounds there
    are; None if something does, or there is no loop.
    """

    code: CodeType
    name: str
    iterated: tuple[str, ...] | None


def read_source(function: FunctionType) -> Source:
    """The source of a function, rewritten; ProgramError at the line of what a program cannot say."""
    file = function.__code__.co_filename
    tree, node = _parsed(function)
    _check(node, file)
    loop = _row_loop(node, file)
    iterated = None
    if loop is not None:
        _check_loop(loop, file)
        iterated = _iterated(loop.iter)
        place = node.body.index(loop)
        node.body[place : place + 1] = _recorded(loop)
    node.decorator_list = []
    node.returns = None
    for argument in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs):
        argument.annotation = None
    node.args.defaults, node.args.kw_defaults = [], [None] * len(node.args.kwonlyargs)
    made = ast.fix_missing_locations(_Statements().visit(tree))
    return Source(compile(made, file, "exec"), node.name, iterated)


def _parsed(function: FunctionType) -> tuple[ast.Module, ast.FunctionDef]:
    """The tree of the function's text, with the lines of its file."""
    try:
        lines, first = inspect.getsourcelines(function)
        tree = ast.parse(textwrap.dedent("".join(lines)))
    except (OSError, SyntaxError) as error:
        raise refusal(
            f"the source of {function.__qualname__} cannot be read: @l2zk.program stands above a function in a file or"
            " in a cell of a notebook",
            Line(function.__code__.co_filename, function.__code__.co_firstlineno),
        ) from error
    ast.increment_lineno(tree, max(first, 1) - 1)
    node = tree.body[0]
    if not isinstance(node, ast.FunctionDef):
        raise refusal(
            "@l2zk.program stands above an ordinary function, written with def",
            Line(function.__code__.co_filename, first),
        )
    return tree, node


def _within(statements: Iterable[ast.AST]) -> Iterator[ast.AST]:
    """All nodes, but for those within functions and comprehensions."""
    waiting = list(statements)
    while waiting:
        node = waiting.pop(0)
        yield node
        if not isinstance(node, _SCOPES):
            waiting += ast.iter_child_nodes(node)


def _check(function: ast.FunctionDef, file: str) -> None:
    for node in _within(function.body):
        if type(node) in _NO_PLACE:
            raise refusal(f"a program has no {_NO_PLACE[type(node)]}", Line(file, node.lineno))  # type: ignore[attr-defined]


def _row_loop(function: ast.FunctionDef, file: str) -> ast.For | None:
    """The loop that becomes rows: the one of l2zk.rows, or the only one that stands in no other statement."""
    loops = [one for one in function.body if isinstance(one, ast.For)]
    marked = [one for one in loops if _is_marked(one)]
    if len(marked or loops) > 1:
        raise refusal(
            f"{function.name} has more than one loop, and one becomes rows: write `for … in l2zk.rows(…)` for that one;"
            " the others are written out",
            Line(file, (marked or loops)[1].lineno),
        )
    for one in _within(function.body):
        if isinstance(one, ast.For) and _is_marked(one) and one not in loops:
            raise refusal("the loop over rows stands in no other statement", Line(file, one.lineno))
    return next(iter(marked or loops), None)


def _is_marked(loop: ast.For) -> bool:
    called = loop.iter.func if isinstance(loop.iter, ast.Call) else None
    return MARK in (getattr(called, "attr", None), getattr(called, "id", None))


def _check_loop(loop: ast.For, file: str) -> None:
    """Refuse what leaves a round before its end."""
    if loop.orelse:
        raise refusal("the loop over rows has no else", Line(file, loop.orelse[0].lineno))
    inner = {
        id(one) for node in _within(loop.body) if isinstance(node, (ast.For, ast.While)) for one in _within(node.body)
    }
    for node in _within(loop.body):
        leaves = isinstance(node, ast.Return) or (isinstance(node, (ast.Break, ast.Continue)) and id(node) not in inner)
        if leaves:
            word = type(node).__name__.lower()
            raise refusal(
                f"{word} in the loop over rows: every round runs to its end; keep a variable that says whether it still"
                " counts, and choose by l2zk.where",
                Line(file, node.lineno),  # type: ignore[attr-defined]
            )


def _iterated(iterable: ast.expr) -> tuple[str, ...] | None:
    """The names iterated over, as in `values`, zip(xs, ys) or enumerate(values); None for anything else."""
    if isinstance(iterable, ast.Name):
        return (iterable.id,)
    if not isinstance(iterable, ast.Call) or iterable.keywords:
        return None
    called = getattr(iterable.func, "attr", None) or getattr(iterable.func, "id", None)
    if called not in ("zip", "enumerate", MARK):
        return None
    parts = [_iterated(one) for one in (iterable.args if called == "zip" else iterable.args[:1])]
    return None if None in parts else tuple(name for part in parts if part for name in part)


def _recorded(loop: ast.For) -> list[ast.stmt]:
    """The loop with what is noted at the begin of its round and behind it."""
    targets = _stored([loop.target])
    stored = _stored(loop.body)
    entered = [name for name in stored if name not in targets]
    loop.iter = _call("rows", [loop.iter], loop.iter)
    if entered:
        loop.body.insert(0, _assigned(entered, "enter", loop.body[0]))
    left = list(dict.fromkeys([*entered, *targets]))
    return [loop, _assigned(left, "leave", loop.body[-1])]


def _stored(nodes: Iterable[ast.AST]) -> list[str]:
    """The names that are assigned to, whose entries are, or whose lists change, in the order of their appearance."""
    found: dict[str, None] = {}
    for node in _within(nodes):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found[node.id] = None
        elif isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store):
            found.update(dict.fromkeys(_base(node)))
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _MUTATORS:
            found.update(dict.fromkeys(_base(node.func.value)))
    return list(found)


def _base(node: ast.AST) -> list[str]:
    """The name whose entries an expression reaches."""
    while isinstance(node, ast.Subscript):
        node = node.value
    return [node.id] if isinstance(node, ast.Name) else []


def _call(name: str, arguments: list[ast.expr], at: ast.AST) -> ast.expr:
    """A call of the recorder, at the place of a node."""
    function = ast.Attribute(ast.Name(HELPER, ast.Load()), name, ast.Load())
    made: Any = ast.copy_location(ast.Call(function, arguments, []), at)
    return made  # type: ignore[no-any-return]


def _assigned(names: list[str], name: str, at: ast.stmt) -> ast.stmt:
    """`names = __l2zk__.name(locals(), (names))`, on the line of a statement."""
    listed = ast.Tuple([ast.Constant(one) for one in names], ast.Load())
    value = _call(name, [ast.Call(ast.Name("locals", ast.Load()), [], []), listed], at)
    target = ast.Tuple([ast.Name(one, ast.Store()) for one in names], ast.Store())
    return ast.copy_location(ast.Assign([target], value), at)


class _Statements(ast.NodeTransformer):
    """The function's own assertions, indices, declared variables and results as calls of the recorder."""

    def __init__(self) -> None:
        self._depth = 0

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        self._depth += 1
        self.generic_visit(node)
        self._depth -= 1
        return node

    def visit_Return(self, node: ast.Return) -> ast.AST:
        self.generic_visit(node)
        if self._depth == 1 and node.value is not None:
            node.value = _call("returned", [node.value], node.value)
        return node

    def visit_Assert(self, node: ast.Assert) -> ast.AST:
        self.generic_visit(node)
        text = node.msg.value if isinstance(node.msg, ast.Constant) else ""
        said: list[ast.expr] = [ast.Constant(text)] if isinstance(text, str) and text else []
        return ast.copy_location(ast.Expr(_call("claim", [node.test, *said], node)), node)

    def visit_Subscript(self, node: ast.Subscript) -> ast.AST:
        self.generic_visit(node)
        known = isinstance(node.slice, (ast.Constant, ast.Slice, ast.Tuple))
        if known or not isinstance(node.ctx, ast.Load):
            return node
        return _call("item", [node.value, node.slice], node)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST:
        self.generic_visit(node)
        if node.value is None:
            return ast.copy_location(ast.Pass(), node)
        value = _call("declared", [node.value, node.annotation], node)
        return ast.copy_location(ast.Assign([node.target], value), node)
