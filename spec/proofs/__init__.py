"""Theorems proven, written down as certificates, checked a second time, and printed as pages."""
