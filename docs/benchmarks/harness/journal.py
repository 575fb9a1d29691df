"""What a run has done so far, race by race, so that one that ends early is continued by the next."""

import dataclasses
import hashlib
import json
from pathlib import Path

from harness import building, environment
from harness.results import Row

FOLDER = environment.ROOT / "build" / "benchmarks"


def identity(**choices):
    """What must be the same for a run to be continued: machine, versions, sources, and what was chosen."""
    digest = hashlib.sha256()
    for path in building.sources():
        digest.update(path.read_bytes())
    return {"sources": digest.hexdigest()[:16], "machine": environment.machine()} | choices


class Journal:
    """A file with a line for each race; the first one says what run it is of.

    `rows`, `wrong` and `seconds` are those of `done`, the names of the races that are in it.
    """

    def __init__(self, path, identity):
        self.path, self.done, self.rows, self.wrong, self.seconds = Path(path), [], [], [], 0.0
        if self.path.exists() and self._read(identity):
            return
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.path.write_text(json.dumps(identity) + "\n")

    def _read(self, identity):
        """Take up what is there, if it is of the same run; a line that was not written whole is left out."""
        head, *lines = self.path.read_text().splitlines(keepends=True) or [""]
        if not head.endswith("\n") or json.loads(head) != identity:
            return False
        whole = [line for line in lines if line.endswith("\n")]
        if whole != lines:
            self.path.write_text("".join([head, *whole]))
        for line in whole:
            self._take(**json.loads(line))
        return True

    def _take(self, race, rows, wrong, seconds):
        self.done.append(race)
        self.rows += [Row(**row) for row in rows]
        self.wrong += wrong
        self.seconds += seconds

    def add(self, race, rows, wrong, seconds):
        """Append a race that was run."""
        record = {
            "race": race,
            "rows": list(map(dataclasses.asdict, rows)),
            "wrong": wrong,
            "seconds": seconds,
        }
        line = json.dumps(record)
        with self.path.open("a") as file:
            file.write(line + "\n")
        self._take(**json.loads(line))

    def end(self):
        """The run is complete: the next one begins anew."""
        self.path.unlink()
