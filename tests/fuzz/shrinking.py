"""A smaller case with the same fault: less of it at a time, for as long as the fault stays."""

import copy

SMALL = (0, 1, 2, 3, 5, 8, 9, 16, 17, 33, 64, 65, 128, 400, 512, 1024, 4096)


def smaller(case, fails, attempts):
    """The smallest case found in so many attempts. `fails` says whether a case has the fault."""
    best, left = case, attempts
    progress = True
    while progress:
        progress = False
        for candidate in _candidates(best):
            if not left:
                return best
            left -= 1
            if fails(candidate):
                best, progress = candidate, True
                break
    return best


def _candidates(case):
    """The case with something taken away, what takes away most first."""
    for path in sorted(_paths(case), key=len):
        *way, last = path
        value = _at(case, path)
        for instead in _instead(path, value):
            candidate = copy.deepcopy(case)
            home = _at(candidate, way)
            if instead is _AWAY:
                del home[last]
            else:
                home[last] = instead
            yield candidate


_AWAY = object()


def _instead(path, value):
    """What can stand in the place of a value."""
    key = path[-1]
    if key in ("kind", "function"):
        return
    if (isinstance(key, str) and value is not None) or isinstance(value, dict):
        yield _AWAY
    if isinstance(value, dict) and value.keys() > {"at"}:
        yield {"at": value["at"]} if "at" in value else {}
    if isinstance(value, int) and not isinstance(value, bool):
        yield from (each for each in SMALL if ("threads" in path) <= each < value)
    if isinstance(value, list) and len(value) > 2:
        for i in range(len(value)):
            yield value[:i] + value[i + 1 :]


def _paths(value, path=()):
    """The way to every part of a case."""
    if path:
        yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, part in items:
        yield from _paths(part, (*path, key))


def _at(value, path):
    for key in path:
        value = value[key]
    return value
