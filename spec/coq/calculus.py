"""Differentiates terms, step for step as the tactic `derive` of Derivatives.v does."""

from .terms import (
    Add,
    At,
    Binary,
    Call,
    Div,
    Move,
    Mul,
    Name,
    Neg,
    Pow,
    Root,
    Sub,
    Sum,
    at_index,
    canonical,
    number,
)

T = "t"


def rate(term):
    """The derivative by t of a term without derivatives, as a term in which t is not yet 0."""
    return canonical(_rate(term))


def _rate(term):
    if T not in term.names():
        return number(0)
    if isinstance(term, Name):
        return number(1)
    if isinstance(term, Neg):
        return Neg(_rate(term.of))
    if isinstance(term, Binary):
        return _binary(type(term), term.left, term.right)
    if isinstance(term, Pow):
        return Mul(number(term.exponent), Mul(Pow(term.base, term.exponent - 1), _rate(term.base)))
    if isinstance(term, Root):
        return Div(_rate(term.of), Mul(number(2), term))
    if isinstance(term, Sum):
        return Sum(term.index, _rate(term.body))
    if isinstance(term, Call):
        return _rate(term.unfolded())
    if isinstance(term, At) and isinstance(term.batch, Call):
        return _rate(term.batch.unfolded(term.index))
    if isinstance(term, At) and isinstance(term.batch, Move) and T not in term.batch.batch.names():
        return at_index(term.batch.direction, term.index)
    raise NotImplementedError(f"the derivative of {term}")


def _binary(kind, left, right):
    if kind in (Add, Sub):
        return kind(_rate(left), _rate(right))
    if kind is Mul and T not in left.names():
        return Mul(left, _rate(right))
    if kind is Mul:
        return Add(Mul(_rate(left), right), Mul(left, _rate(right)))
    if T not in right.names():
        return Div(_rate(left), right)
    return Div(Sub(Mul(_rate(left), right), Mul(left, _rate(right))), Pow(right, 2))


def at_zero(term):
    """The term with t = 0, where nothing is moved."""
    return _still(term.put({T: number(0)}))


def _still(term):
    if isinstance(term, Move) and term.by == number(0):
        return _still(term.batch)
    if isinstance(term, At):
        return at_index(_still(term.batch), term.index)
    return term.map(_still)
