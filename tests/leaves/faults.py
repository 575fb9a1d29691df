"""Leaves with a fault, to test the tester. A fault is a function of the honest leaf and its arguments.

A stand-in is called as a compiled leaf is, by a pointer to a function of the leaf's type.
"""

import ctypes

import abi
from regions import ITEM, SIZE, declared_reads, declared_writes
from storage import BYTES, NUMBERS


def nothing_wrong(honest, leaf, kind, args):
    honest(**args)


def _first_read(leaf, kind, args):
    return next(iter(declared_reads(leaf, kind, args).values()))


def _first_result(leaf, kind, args):
    return next(iter(declared_writes(leaf, kind, args).values()))


def reads_one_too_far(honest, leaf, kind, args):
    honest(**args)
    for _, end in _first_read(leaf, kind, args):
        ctypes.string_at(end, 1)


def reads_one_too_early(honest, leaf, kind, args):
    honest(**args)
    for start, _ in _first_read(leaf, kind, args):
        ctypes.string_at(start - 1, 1)


def _item(leaf, kind, args):
    # bytes of a number of its results
    return BYTES[args["what"].storage] if leaf.endswith("as_stored") else ITEM[kind]


def _flip(address):
    byte = ctypes.c_ubyte.from_address(address)
    byte.value ^= 255


def writes_one_too_many(honest, leaf, kind, args):
    honest(**args)
    for _, end in _first_result(leaf, kind, args):
        _flip(end)


def writes_one_too_early(honest, leaf, kind, args):
    honest(**args)
    for start, _ in _first_result(leaf, kind, args):
        _flip(start - 1)


def writes_an_operand(honest, leaf, kind, args):
    honest(**args)
    for start, _ in _first_read(leaf, kind, args):
        _flip(start)


def is_off_by_a_bit(honest, leaf, kind, args):
    """The last bit of the last number of the result."""
    honest(**args)
    for _, end in _first_result(leaf, kind, args)[-1:]:
        ctypes.c_ubyte.from_address(end - _item(leaf, kind, args)).value ^= 1


def drops_the_tail(honest, leaf, kind, args):
    """Of each run, all that is no whole block of eight."""
    s = args["s"]
    args["s"] = type(s)(s.channels, s.planes, s.count - s.count % 8)
    honest(**args)


def drops_the_last_plane(honest, leaf, kind, args):
    s = args["s"]
    args["s"] = type(s)(s.channels, min(s.planes, max(1, s.planes - 1)), s.count)
    honest(**args)


def drops_the_last_row(honest, leaf, kind, args):
    b = args["b"]
    args["b"] = type(b)(b.fold, b.folded, max(0, b.rest - 1), b.channels, b.size, b.contiguous, b.fetched)
    honest(**args)


def _rolled(address, item, channels):
    # the same numbers, each that of the next channel
    size = item * channels
    whole = ctypes.string_at(address, size)
    return ctypes.create_string_buffer(whole[item:] + whole[:item], size)


def uses_the_next_channels_slope(honest, leaf, kind, args):
    k, extent = args["k"], args.get("s") or args["b"]
    pull = leaf.endswith("pull") or (leaf.endswith("as_stored") and args["what"].map == abi.CONSTANTS["PULL"])
    slope = 4 if leaf.endswith("bend") else 2 if pull else 1
    item = SIZE["double"] if leaf.endswith("bend") else ITEM[kind]
    k = args["k"] = type(k).from_buffer_copy(k)
    other = _rolled(k.of[slope], item, extent.channels)
    k.of[slope] = ctypes.addressof(other)
    honest(**args)


def uses_the_next_channels_mean(honest, leaf, kind, args):
    p, extent = args["p"], args.get("s") or args["b"]
    if not p.mean.wide:
        return honest(**args)
    p = args["p"] = type(p).from_buffer_copy(p)
    other = _rolled(p.mean.wide + 8 * args["channel"], 8, extent.channels)
    p.mean.wide = ctypes.addressof(other) - 8 * args["channel"]
    return honest(**args)


def _with(struct, **changes):
    other = type(struct).from_buffer_copy(struct)
    for name, value in changes.items():
        setattr(other, name, value)
    return other


def _gated(leaf):
    # of the leaves that see rows, the operand that has a gate
    return "dy" if leaf.startswith("column") else "x"


def _of(args, name, **changes):
    # operands by their slots: another in this one, or the same with changes; none: it is not there
    of, slot = type(args["of"]).from_buffer_copy(args["of"]), abi.CONSTANTS[name]
    of[slot] = _with(of[slot], **changes) if changes else type(of[slot])()
    return of


def forgets_the_gate(honest, leaf, kind, args):
    if leaf.endswith("as_stored"):
        args["of"] = _of(args, "Y")
    elif leaf == "gather":
        args["gate"] = type(args["gate"])()
    else:
        name = _gated(leaf)
        args[name] = _with(args[name], gate=type(args[name].gate)())
    honest(**args)


def keeps_to_the_gate_of_the_first_row(honest, leaf, kind, args):
    """Or plane."""
    name = _gated(leaf)
    if leaf.endswith("as_stored"):
        args["of"] = _of(args, "Y", **{"stride" if leaf.startswith("column") else "plane": 0})
    else:
        args[name] = _with(args[name], gate=_with(args[name].gate, stride=0))
    honest(**args)


def forgets_the_relu(honest, leaf, kind, args):
    name = "what" if leaf.endswith("as_stored") else "finish"
    args[name] = _with(args[name], relu=False)
    honest(**args)


def adds_nothing(honest, leaf, kind, args):
    if leaf.endswith("as_stored"):
        args["of"] = _of(args, "ADDED")
    else:
        args["added"] = type(args["added"])()
    honest(**args)


def keeps_what_is_let_through(honest, leaf, kind, args):
    """dy, beside its map."""
    args["of"] = _of(args, "OUT2")
    honest(**args)


def takes_no_channel_for_wide(honest, leaf, kind, args):
    k, extent = args["k"], args.get("s") or args["b"]
    none = ctypes.create_string_buffer(max(1, extent.channels))
    args["k"] = _with(k, wide=ctypes.addressof(none))
    honest(**args)


def takes_bfloat16_for_float16(honest, leaf, kind, args):
    what, (half, other) = args["what"], (NUMBERS[name] for name in ("bfloat16", "float16"))
    args["what"] = _with(what, storage=other if what.storage == half else what.storage)
    honest(**args)


def writes_past_its_staging_buffer(honest, leaf, kind, args):
    honest(**args)
    for _, end in declared_writes(leaf, kind, args).get("x.staging", []):
        _flip(end)


def reads_what_it_has_overwritten(honest, leaf, kind, args):
    """Nothing is wrong unless the result is an operand."""
    honest(**args)
    honest(**args)


def adds_in_another_order(honest, leaf, kind, args):
    """The planes backwards."""
    s = args["s"]
    for name in ("dy", "x", "v"):
        runs = args.get(name)
        if runs is not None and runs.base:
            args[name] = type(runs)(runs.base + (s.planes - 1) * runs.plane, runs.channel, -runs.plane)
    honest(**args)


def keeps_to_the_first_weights(honest, leaf, kind, args):
    """Those of the first row, or plane."""
    if leaf == "column_pairs":
        args["x"] = _with(args["x"], weights_stride=0)
    else:
        args["w"] = _with(args["w"], **{"stride" if leaf.startswith("column") else "plane": 0})
    honest(**args)


def looks_at_what_does_not_count(honest, leaf, kind, args):
    if leaf == "column_pairs":
        args["x"] = _with(args["x"], weights=None)
        honest(**args)


def hides_what_has_a_gradient(honest, leaf, kind, args):
    """Whatever has weight 0."""
    honest(**args | {"dy": args["w"]})


def adds_up_fewer_parts(honest, leaf, kind, args):
    """All but the last, if there are several."""
    partition = abi.TYPES["Partition"].from_buffer_copy(
        ctypes.string_at(args["parts"].partition, ctypes.sizeof(abi.TYPES["Partition"]))
    )
    partition.parts = max(1, partition.parts - 1)
    args["parts"] = _with(args["parts"], partition=ctypes.addressof(partition))
    honest(**args)


def stand_in(fault, level, kind, leaf):
    """The leaf of this level with a fault, to be called as `abi.function` is."""
    honest = abi.function(level, kind, leaf)

    failed = []

    def body(*given):
        try:
            fault(honest, leaf, kind, _arguments(leaf, given))
        except Exception as error:  # ctypes would print it and go on
            failed.append(error)

    faulty = abi.by_name(leaf, abi.prototype(leaf)(body))

    def call(**args):
        faulty(**args)
        if failed:
            raise failed[0]

    return call


def _arguments(leaf, given):
    args = {}
    for name, value in zip(abi.SIGNATURES[leaf], given, strict=True):
        struct = abi.pointed_at(leaf, name)
        args[name] = struct.from_address(value) if struct else value
    return args


FAULTS = {
    fault.__name__: fault
    for fault in (
        nothing_wrong, reads_one_too_far, reads_one_too_early, writes_one_too_many, writes_one_too_early,
        writes_an_operand, is_off_by_a_bit, drops_the_tail, drops_the_last_plane, drops_the_last_row,
        uses_the_next_channels_slope, uses_the_next_channels_mean, reads_what_it_has_overwritten,
        adds_in_another_order, forgets_the_gate, keeps_to_the_gate_of_the_first_row, forgets_the_relu,
        adds_nothing, writes_past_its_staging_buffer, keeps_to_the_first_weights,
        looks_at_what_does_not_count, hides_what_has_a_gradient, adds_up_fewer_parts,
        keeps_what_is_let_through, takes_no_channel_for_wide, takes_bfloat16_for_float16,
    )
}  # fmt: skip
