"""Evaluates the terms of a statement in Coq, at random numbers, with dual numbers for derivatives."""

from dataclasses import dataclass, field, replace
from functools import reduce
from operator import add, mul, sub, truediv

from spec.coq import terms
from spec.proofs.arithmetic import Dual, Over

OPERATIONS = {terms.Add: add, terms.Sub: sub, terms.Mul: mul, terms.Div: truediv}


@dataclass(frozen=True)
class Terms:
    """Terms at a point, which is the second checker's, for these sizes and indices."""

    point: object
    sizes: dict
    indices: dict
    moving: dict = field(default_factory=dict)

    @property
    def kind(self):
        return self.point.kind

    def draw(self, name):
        """The value of a free name; that of a name which Coq reserves ends in an underscore."""
        return self.point.name(name.rstrip("_"))

    def value(self, term):
        """A number."""
        if type(term) in OPERATIONS:
            return OPERATIONS[type(term)](self.value(term.left), self.value(term.right))
        match term:
            case terms.Number(value):
                return self.kind.number(value)
            case terms.Size(size):
                return self.kind.number(self.sizes[size])
            case terms.Name(name):
                return self.moving[name] if name in self.moving else self.draw(name)
            case terms.Neg(of):
                return self.value(of) * -1
            case terms.Pow(base, exponent):
                return self.value(base) ** exponent
            case terms.Root(of):
                return Over(self.kind, None, None).sqrt(self.value(of))
            case terms.Sum(index, body, size):
                return self._sum(index, body, range(self.sizes[size]))
            case terms.Others(index, body, size, but):
                return self._sum(index, body, [i for i in range(self.sizes[size]) if i != self.indices[but]])
            case terms.Call():
                return self.value(term.unfolded())
            case terms.At(batch, index):
                return self.element(batch, self.indices[index])
            case terms.Derivative():
                return self._derivative(*term.function())
        raise AssertionError(f"no number: {term}")

    def element(self, batch, i):
        """Element i of a batch."""
        match batch:
            case terms.Batch(name):
                return self.draw(name).entries[i]
            case terms.Unit(index):
                return self.kind.number(int(i == self.indices[index]))
            case terms.After(whole):
                return self.element(whole, self.sizes["m1"] + i)
            case terms.Move(still, direction, by):
                return self.element(still, i) + self.value(by) * self.element(direction, i)
            case terms.Each(index, body):
                return self._at(index, i).value(body)
            case terms.Call():
                return self._at("here", i).value(batch.unfolded("here"))
        raise AssertionError(f"no batch: {batch}")

    def _at(self, index, i):
        return replace(self, indices=self.indices | {index: i})

    def _sum(self, index, body, elements):
        zero = self.kind.number(0)
        return reduce(add, (self._at(index, i).value(body) for i in elements), zero)

    def _derivative(self, by, body):
        """By dual numbers, whose order is how many of them move already."""
        order = len(self.moving)
        t = Dual(self.kind.number(0), self.kind.number(1), order)
        found = replace(self, moving=self.moving | {by: t}).value(body)
        return found.rate if isinstance(found, Dual) and found.order == order else self.kind.number(0)
