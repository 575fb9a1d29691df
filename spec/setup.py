"""Version and requirements of bnspec: those of the checkout's pyproject.toml; an sdist carries them along."""

import email
import tomllib
from pathlib import Path

from setuptools import setup

HERE = Path(__file__).resolve().parent

if (HERE / "PKG-INFO").is_file():
    metadata = email.message_from_string((HERE / "PKG-INFO").read_text(encoding="utf-8"))
    version, requires, build = metadata["Version"], metadata.get_all("Requires-Dist"), HERE / "build"
else:
    checkout = tomllib.loads((HERE.parent / "pyproject.toml").read_text(encoding="utf-8"))
    version = checkout["project"]["version"]
    requires = checkout["project"]["dependencies"] + checkout["dependency-groups"]["suite"]
    build = HERE.parent / "build" / "bnspec"
build.mkdir(parents=True, exist_ok=True)

setup(
    version=version,
    install_requires=requires,
    script_name=__file__,  # it is no module of the package
    # nothing is left among the modules of a checkout
    options={"build": {"build_base": str(build)}, "egg_info": {"egg_base": str(build)}},
)
