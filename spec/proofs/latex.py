"""Prints the trees of theorems as LaTeX, with the terms in the order in which the theorem states them.

The text must survive Markdown, so no command is used that it would take for an escape: no backslash before
punctuation.
"""

import re
from fractions import Fraction

from ..theorems import language

SYMBOLS = {
    "xhat": "\\hat{x}", "dx": "\\mathrm{d}x", "dy": "\\mathrm{d}y", "dgamma": "\\mathrm{d}\\gamma",
    "dbeta": "\\mathrm{d}\\beta", "gamma": "\\gamma", "beta": "\\beta", "eps": "\\epsilon", "mean": "\\mu",
    "var": "\\sigma^2", "rstd": "r", "loss": "L", "weight": "w", "gate": "g",
    "residual": "s", "old_mean": "\\mu_0", "old_var": "\\sigma^2_0",
    "running_mean": "\\bar{\\mu}", "running_var": "\\bar{\\sigma}^2",
}  # fmt: skip

_SUM, _PRODUCT, _POWER = 1, 2, 3


class Printer:
    """Prints trees as LaTeX; `index` is the index of an element, bound by the sums around it."""

    def __init__(self, index="k", weighted=False):
        self.index, self.weighted = index, weighted

    def __call__(self, tree, strength=0):
        """The tree, in parentheses if it binds less strongly than its surroundings."""
        text, own = getattr(self, tree.head)(*tree.parts)
        return f"\\left({text}\\right)" if own < strength else text

    def at(self, index):
        return Printer(index, self.weighted)

    def number(self, digits):
        value = Fraction(digits)
        if value.denominator == 1:
            return str(value.numerator), _POWER if value >= 0 else _SUM
        sign = "-" if value < 0 else ""
        return (
            f"{sign}\\frac{{{abs(value.numerator)}}}{{{value.denominator}}}",
            _PRODUCT if value > 0 else _SUM,
        )

    def name(self, name):
        symbol = SYMBOLS.get(name) or re.sub(r"(?<=.)([0-9]+)$", r"_{\1}", name)
        index = f"_{{{self.index}}}" if name in language.ELEMENTS and self.index else ""
        return symbol + index, _POWER

    def add(self, *terms):
        text = self(terms[0], _SUM)
        for term in terms[1:]:
            printed = self(term, _SUM)
            text += f" - {printed[1:].lstrip()}" if printed.startswith("-") else f" + {printed}"
        return text, _SUM

    def mul(self, *factors):
        sign, number, above, below, tail = 1, Fraction(1), [], [], []
        for factor in factors:
            if factor.head == "number":
                number *= abs(Fraction(factor.parts[0]))
                sign *= -1 if Fraction(factor.parts[0]) < 0 else 1
            elif factor.head == "pow" and factor.parts[0].head == "number":
                number *= Fraction(factor.parts[0].parts[0]) ** factor.parts[1]
            elif factor.head == "pow" and factor.parts[1] < 0:
                below.append(_power(factor.parts[0], -factor.parts[1]))
            elif factor.head in ("sum", "others"):
                tail.append(factor)
            else:
                above.append(factor)
        # 1/m is the mark of a mean and stays beside its sum; other denominators are drawn beneath.
        above.sort(key=_place)
        before = above if not below or (below == [language.m] and tail) else []
        fraction = self._fraction(number, [] if before is above else above, below)
        parts = [self(factor, _PRODUCT) for factor in before]
        # A plain number leads its product; 1/m follows it.
        parts.insert(len(parts) if below else 0, fraction if fraction != "1" else "")
        parts += [self(factor, _POWER if factor is not tail[-1] else _PRODUCT) for factor in tail]
        return "-" * (sign < 0) + (" ".join(filter(None, parts)) or "1"), _SUM if sign < 0 else _PRODUCT

    def _fraction(self, number, above, below):
        """number * above / below, all positive."""
        above = [language.tree(number.numerator)] * (number.numerator != 1 or not above) + above
        below = [language.tree(number.denominator)] * (number.denominator != 1) + below
        if not below:
            return self._product(above)
        return f"\\frac{{{self._product(above)}}}{{{self._product(below)}}}"

    def _product(self, factors):
        if len(factors) == 1:
            return self(factors[0])
        return " ".join(self(factor, _PRODUCT) for factor in factors)

    def pow(self, base, exponent):
        if exponent < 0:
            return self.mul(_power(base, exponent))
        printed = self(base, _POWER)
        if base in (language.var, *map(language.name, ("old_var", "running_var"))):
            printed = f"\\left({printed}\\right)"
        return f"{printed}^{{{exponent}}}", _PRODUCT

    def sum(self, body):
        inner = {"k": "i", "": "i", "j": "i"}.get(self.index, "l")
        return f"\\sum_{{{inner}}} {self._summand(inner, body)}", _PRODUCT

    def others(self, body):
        return f"\\sum_{{i \\ne j}} {self._summand('i', body)}", _PRODUCT

    def _summand(self, index, body):
        weight = self.at(index)(language.weight)
        if not self.weighted:
            return self.at(index)(body, _PRODUCT)
        return weight if body == language.tree(1) else f"{weight} {self.at(index)(body, _PRODUCT)}"

    def element(self, body):
        return self.at("j")(body, _POWER), _POWER

    def cov(self, a, b):
        return f"\\mathrm{{c}}({self.at('')(a)}, {self.at('')(b)})", _POWER

    def centred(self, body):
        if body.head == "name":
            return f"\\tilde{{{self.at('')(body)}}}_{{{self.index}}}", _POWER
        return f"\\widetilde{{{self(body)}}}", _POWER

    def root(self, body):
        return f"\\sqrt{{{self(body)}}}", _POWER

    def shard(self, n, body):
        return f"{self(body, _PRODUCT)}^{{({n})}}" if body.head == "name" and body.parts[0] != "var" else (
            f"\\left({self(body)}\\right)^{{({n})}}"
        ), _POWER

    def where(self, body, *pairs):
        new = ", ".join(
            f"{self.at('')(language.name(name))} \\to {self.at('')(value)}"
            for name, value in zip(pairs[::2], pairs[1::2], strict=True)
        )
        return f"\\left.{self(body, _PRODUCT)}\\right|_{{{new}}}", _PRODUCT

    def along(self, body, of, direction):
        wrt = "" if of == "x" else f"^{{{self.at('')(language.name(of))}}}"
        return f"\\mathrm{{D}}{wrt}_{{{self.at('')(direction)}}} {self(body, _POWER)}", _PRODUCT

    def gradient(self, body, of, *held):
        text = f"\\frac{{\\partial {self.at('')(body, _PRODUCT)}}}{{\\partial {self(language.name(of))}}}"
        if held:
            fixed = ", ".join(self.at("")(language.name(name)) for name in held)
            text = f"\\left.{text}\\right|_{{{fixed}}}"
        return text, _PRODUCT


def _place(factor):
    """Where a factor stands in a product: numbers a channel, then elements, then what needs parentheses."""
    base = factor.parts[0] if factor.head == "pow" else factor
    if base.head != "name":
        return 2
    return int(base.parts[0] in language.ELEMENTS)


def _power(base, exponent):
    return base if exponent == 1 else base**exponent
