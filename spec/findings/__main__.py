"""`python -m spec.findings [TARGET ...]`: judge these, or all that are installed, and write docs/findings.md.

What the page says of others is kept. `python -m spec.findings --age` runs nothing: it writes on the page
which data sets are newer than its runs.
"""

import sys

from .survey import age, main

if __name__ == "__main__":
    sys.exit(age() if sys.argv[1:] == ["--age"] else main(sys.argv[1:]))
