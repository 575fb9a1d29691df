"""`python -m spec.findings [TARGET ...]`: write docs/findings.md, or print the sections of some targets."""

import sys

from .survey import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
