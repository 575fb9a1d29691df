"""Leaves, as ctypes calls them. Structs, signatures and constants are read from where they are declared."""

import ctypes
import re
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

from bncore import _cpu, runtime

STRUCTS = ctypes.Structure, ctypes.Array
CORE = Path(__file__).parents[2] / "bncore/core"
PLAIN = {
    "char": ctypes.c_char,
    "bint": ctypes.c_int,
    "int": ctypes.c_int,
    "Py_ssize_t": ctypes.c_ssize_t,
    "double": ctypes.c_double,
}


def _code(path):
    return re.sub(r" *#.*", "", path.read_text())


def _blocks(code, what):
    # (name, lines) of each `cdef what name:`
    for name, body in re.findall(rf"^cdef {what} ?(\w*):\n((?:    .*\n|\n)+)", code, re.MULTILINE):
        yield name, [line.strip() for line in body.splitlines() if line.strip()]


def _enumerated(code, constants):
    for _, lines in _blocks(code, "enum"):
        value = 0
        for line in lines:
            name, _, expression = line.partition(" = ")
            value = eval(expression, {}, constants) if expression else value
            constants[name] = value
            value += 1


def _type(words, extent, types, constants):
    base = words.replace("const ", "")
    kind = ctypes.c_void_p if "*" in base else types[base]
    return kind * eval(extent, {}, constants) if extent else kind


def _structs(code, types, constants):
    for name, lines in _blocks(code, "struct"):
        fields = []
        for line in lines:
            words, names = re.match(r"((?:const )?\w+\**) (.*)", line).groups()
            for field, extent in re.findall(r"(\w+)(?:\[(\w+)\])?", names):
                fields.append((field, _type(words, extent, types, constants)))
        types[name] = type(name, (ctypes.Structure,), {"_fields_": fields})


def _signatures(code):
    # by the type of a leaf: the names and types of its arguments
    for name, arguments in re.findall(r"^ctypedef void \(\*(\w+)\)\((.*?)\)", code, re.MULTILINE | re.DOTALL):
        pairs = (re.match(r"(.*?)(\w+)$", each.strip()).groups() for each in arguments.split(","))
        yield name, {parameter: words.strip() for words, parameter in pairs}


def _read():
    code, constants, types = _code(CORE / "types.pxd"), {}, dict(PLAIN)
    _enumerated(code, constants)
    for path in [CORE / "partition.pxd", CORE / "digits.pxd", *sorted((CORE / "leaves").glob("*.pxd"))]:
        _enumerated(_code(path), constants)
    types |= {name: ctypes.c_int for name, _ in _blocks(code, "enum") if name}
    signatures = dict(_signatures(code))
    types |= dict.fromkeys(signatures, ctypes.c_void_p)
    _structs(code, types, constants)
    members = {line.split()[1]: line.split()[0] for line in dict(_blocks(code, "struct"))["Leaves"]}
    header = dict(re.findall(r"#define BN_(\w+) (0x1p[+-]\d+)", (CORE / "leaves/simd.h").read_text()))
    constants |= {name: float.fromhex(value) for name, value in header.items()}
    return constants, types, {leaf: signatures[kind] for leaf, kind in members.items()}


CONSTANTS, TYPES, SIGNATURES = _read()
LEAVES = tuple(SIGNATURES)
KINDS = {"float32": CONSTANTS["FLOAT32"], "float64": CONSTANTS["FLOAT64"]}


def runnable(level):
    """Whether this build has the level and this processor runs it."""
    return find_spec(f"bncore.core.leaves.{level}") is not None and runtime._VARIANTS[level] <= _cpu.level()


def table(level):
    """The `Level` of an instruction set."""
    capsule = import_module(f"bncore.core.leaves.{level}").table
    pointer = ctypes.pythonapi.PyCapsule_GetPointer
    pointer.restype, pointer.argtypes = ctypes.c_void_p, [ctypes.py_object, ctypes.c_char_p]
    return TYPES["Level"].from_address(pointer(capsule, b"bncore.core.leaves"))


def pointed_at(leaf, argument):
    """What an argument is the address of: a struct, or one for each operand; None: no struct."""
    struct = TYPES.get(SIGNATURES[leaf][argument].replace("const ", "").rstrip("*"))
    if not hasattr(struct, "_fields_"):
        return None
    return struct * CONSTANTS["OPERANDS"] if argument == "of" else struct


def prototype(leaf):
    """The type of a leaf, of whichever kind of element."""
    arguments = [ctypes.c_void_p if "*" in words else TYPES[words] for words in SIGNATURES[leaf].values()]
    return ctypes.CFUNCTYPE(None, *arguments)


def function(level, kind, leaf):
    """A leaf, to be called with its arguments by name: structs, arrays of them, numbers and addresses."""
    return by_name(leaf, prototype(leaf)(getattr(table(level).of[KINDS[kind]], leaf)))


def by_name(leaf, compiled):
    """The same of a function of that prototype."""

    def call(kind=None, **arguments):
        given = ({"kind": kind, **arguments}[name] for name in SIGNATURES[leaf])
        compiled(*(ctypes.byref(one) if isinstance(one, STRUCTS) else one for one in given))

    return call
