"""The small changes that mutants are made by: a table of rules, each from a node of a syntax tree to the nodes put in its place.

A rule gives what somebody could have written instead: another operator, constant, axis or data type, arguments in another order, a
condition the other way round, a part left out. Texts are left alone, but for the values that an error message names.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator

Rule = Callable[[ast.AST], Iterator[ast.AST]]

_OPERATORS: dict[type[ast.AST], list[type[ast.AST]]] = {
    ast.Add: [ast.Sub],
    ast.Sub: [ast.Add],
    ast.Mult: [ast.Div, ast.Add],
    ast.Div: [ast.Mult, ast.FloorDiv],
    ast.FloorDiv: [ast.Div, ast.Mult],
    ast.Mod: [ast.FloorDiv, ast.Mult],
    ast.Pow: [ast.Mult],
    ast.MatMult: [ast.Mult],
    ast.BitAnd: [ast.BitOr],
    ast.BitOr: [ast.BitAnd],
    ast.And: [ast.Or],
    ast.Or: [ast.And],
    ast.Eq: [ast.NotEq],
    ast.NotEq: [ast.Eq, ast.Lt, ast.Gt],
    ast.Lt: [ast.LtE, ast.Gt],
    ast.LtE: [ast.Lt, ast.GtE],
    ast.Gt: [ast.GtE, ast.Lt],
    ast.GtE: [ast.Gt, ast.LtE],
    ast.Is: [ast.IsNot],
    ast.IsNot: [ast.Is],
    ast.In: [ast.NotIn],
    ast.NotIn: [ast.In],
}

_BUILT_IN = [("min", "max"), ("any", "all"), ("ValueError", "TypeError")]
_OF_LIBRARIES = [
    *_BUILT_IN, ("argmin", "argmax"), ("zeros", "ones"), ("zeros_like", "ones_like"), ("isneginf", "isposinf"), ("sum", "mean"),
    ("sin", "cos"), ("acos", "asin"), ("arccos", "arcsin"), ("exp", "expm1"), ("log", "log1p"), ("tril", "triu"),
    ("float64", "float32"), ("int64", "int32"), ("floating", "integer"),
]  # fmt: skip

_OTHER_NAME = dict([*_BUILT_IN, *((new, old) for old, new in _BUILT_IN)])
_OTHER_ATTRIBUTE = dict([*_OF_LIBRARIES, *((new, old) for old, new in _OF_LIBRARIES)])

_ORDER_MATTERS = (ast.Sub, ast.Div, ast.FloorDiv, ast.Mod, ast.MatMult, ast.Pow)


def replacements(node: ast.AST, modules: frozenset[str]) -> Iterator[ast.AST]:
    """What may stand in the place of `node`. The tree is not changed; new nodes share its children.

    Args:
        modules: names that stand for imported modules: `np.sum(x)` without its call is `x`, not `np`.
    """
    for rule in _RULES:
        yield from rule(node)
    yield from _without_call(node, modules)


def _other_operator(node: ast.AST) -> Iterator[ast.AST]:
    for kind in _OPERATORS.get(type(node), []):
        yield kind()


def _other_name(node: ast.AST) -> Iterator[ast.AST]:
    match node:
        case ast.Name(id=name, ctx=ast.Load()) if name in _OTHER_NAME:
            yield ast.Name(_OTHER_NAME[name], ast.Load())
        case ast.Attribute(value=value, attr=name, ctx=ast.Load()) if name in _OTHER_ATTRIBUTE:
            yield ast.Attribute(value, _OTHER_ATTRIBUTE[name], ast.Load())
        case ast.Attribute(value=value, attr="T", ctx=ast.Load()):
            yield value


def _other_constant(node: ast.AST) -> Iterator[ast.AST]:
    match node:
        case ast.Constant(value=bool(value)):
            yield ast.Constant(not value)
        case ast.Constant(value=int(value) | float(value)):
            kind = type(value)
            for other in dict.fromkeys([kind(value + 1), kind(0 if value else 1), -value]):
                if other != value:
                    yield ast.Constant(other)
        case ast.UnaryOp(op=ast.USub() | ast.Not(), operand=operand):
            yield operand


def _other_order(node: ast.AST) -> Iterator[ast.AST]:
    match node:
        case ast.BinOp(left=left, op=op, right=right) if isinstance(op, _ORDER_MATTERS):
            yield ast.BinOp(right, op, left)
        case ast.Call(func=func, args=args, keywords=keywords):
            for swapped in _swapped(args):
                yield ast.Call(func, swapped, keywords)
        case ast.Tuple(elts=elements, ctx=context):
            for swapped in _swapped(elements):
                yield ast.Tuple(swapped, context)
        case ast.IfExp(test=test, body=body, orelse=orelse):
            yield ast.IfExp(test, orelse, body)


def _other_slice(node: ast.AST) -> Iterator[ast.AST]:
    match node:
        case ast.Slice(lower=lower, upper=upper, step=step) if lower or upper:
            yield ast.Slice(None, None, step)
            yield ast.Slice(upper, lower, step)


def _other_condition(node: ast.AST) -> Iterator[ast.AST]:
    """Always and the other way round; never is the statement left out, or the other branch alone."""
    match node:
        case ast.If(test=test, body=body, orelse=orelse):
            yield ast.If(ast.Constant(True), body, orelse)
            if not isinstance(test, ast.Compare | ast.UnaryOp):  # those have rules of their own
                yield ast.If(ast.UnaryOp(ast.Not(), test), body, orelse)
        case ast.IfExp(body=body, orelse=orelse):
            yield body
            yield orelse


def _without_operand(node: ast.AST) -> Iterator[ast.AST]:
    match node:
        case ast.BinOp(left=left, right=right):
            yield left
            yield right
        case ast.BoolOp(op=op, values=values):
            for index in range(len(values)):
                rest = values[:index] + values[index + 1 :]
                yield rest[0] if len(rest) == 1 else ast.BoolOp(op, rest)


def _without_keyword(node: ast.AST) -> Iterator[ast.AST]:
    match node:
        case ast.Call(func=func, args=args, keywords=keywords):
            for index in range(len(keywords)):
                yield ast.Call(func, args, keywords[:index] + keywords[index + 1 :])


def _without_statement(node: ast.AST) -> Iterator[ast.AST]:
    match node:
        case ast.With(body=body):  # its body without it
            yield ast.If(ast.Constant(True), body, [])
        case ast.Assign() | ast.AugAssign() | ast.Expr() | ast.If() | ast.For() | ast.While() | ast.Raise():
            yield ast.Pass()


def _without_named_value(node: ast.AST) -> Iterator[ast.AST]:
    """The values in an error message, which the contract may ask for."""
    match node:
        case ast.FormattedValue():
            yield ast.Constant("…")


def _without_call(node: ast.AST, modules: frozenset[str]) -> Iterator[ast.AST]:
    match node:
        case ast.Call(func=ast.Attribute(value=value), args=args) if not _is_module(value, modules):
            yield value
            yield from (arg for arg in args[:1] if not isinstance(arg, ast.Starred))
        case ast.Call(args=[first, *_]) if not isinstance(first, ast.Starred):
            yield first


def _is_module(node: ast.expr, modules: frozenset[str]) -> bool:
    while isinstance(node, ast.Attribute):
        node = node.value
    return isinstance(node, ast.Name) and node.id in modules


def _swapped(items: list[ast.expr]) -> Iterator[list[ast.expr]]:
    for index in range(len(items) - 1):
        yield [*items[:index], items[index + 1], items[index], *items[index + 2 :]]


_RULES: list[Rule] = [
    _other_operator, _other_name, _other_constant, _other_order, _other_slice, _other_condition,
    _without_operand, _without_keyword, _without_statement, _without_named_value,
]  # fmt: skip
