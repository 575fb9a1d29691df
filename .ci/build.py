"""Have pip build bncore, and say what is being compiled: pip alone is silent for some minutes.

Usage: build.py PIP-ARGUMENT ...      as of `pip`: install, or wheel
"""

import subprocess
import sys


def main(arguments):
    """The exit status of pip. Of what it says the lines of setup.py are shown; all, if it fails."""
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--verbose", *arguments]
    said = []
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as job:
        for line in job.stdout:
            said.append(line)
            if line.strip().startswith("bncore: "):
                print(line.strip(), flush=True)
    if job.returncode:
        print("".join(said), end="", file=sys.stderr)
    return job.returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
