"""What batch normalization is, in six equations, and all that follows from them. Never imports bncore."""

from pathlib import Path

# In a checkout the package is `spec`, installed it is `bnspec`.
PACKAGE = __name__
COMMAND = f"python -m {PACKAGE}"

# Documents are written beside the package in a checkout, else below the current directory.
_parent = Path(__file__).resolve().parent.parent
ROOT = _parent if (_parent / "pyproject.toml").is_file() else Path()
DOCS = ROOT / "docs"
