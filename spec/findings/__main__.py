"""`python -m spec.findings [TARGET ...]`: write docs/findings.md, or print the sections of some targets.

`python -m spec.findings --age` runs nothing: it writes on the page which data sets are newer than its run.
"""

import sys

from .survey import age, main

if __name__ == "__main__":
    sys.exit(age() if sys.argv[1:] == ["--age"] else main(sys.argv[1:]))
