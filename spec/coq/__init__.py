"""The theorems in Coq: read from the trees, stated about real derivatives, proved for its kernel to check.

A third interpretation of the statements, beside those of `spec.symbolic` and `spec.proofs.modular`, and it
uses no formula of theirs. What is trusted is Coq's kernel, the reading of a tree as a statement (`read.py`,
and the printing in `terms.py`), and the equations. The proof scripts are not: whatever computes them, a wrong
one is rejected.

The rules of rounding (`spec.bounds.rules`) are definitions. What `Roundings.v`, `Orders.v` and `Means.v`
state about them is written by hand: there the statements are to be read too.
"""
