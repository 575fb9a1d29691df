"""The modules of a package, found as files: nothing is imported to find them."""

from pathlib import Path

# What is run and never imported.
COMMANDS = {"__main__", "setup"}


def names(package):
    """The dotted names of all of them, the package itself first."""
    (folder,) = map(Path, package.__path__)
    files = sorted(path.relative_to(folder).with_suffix("") for path in folder.rglob("*.py"))
    parts = [
        path.parts[: -1 if path.name == "__init__" else None] for path in files if path.name not in COMMANDS
    ]
    return sorted(".".join((package.__name__, *each)) for each in parts)
