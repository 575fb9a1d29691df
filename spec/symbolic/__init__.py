"""The equations read in sympy: the normal form that decides, the prover, and the derived gradients."""
