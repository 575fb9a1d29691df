"""The fuzzer: calls of every public function that nobody would think of, each with an oracle.

A case is drawn from a seed and a number, as plain data, so that one line repeats it and a smaller one can be
tried in its place. It is carried out in a child process. `python -m tests.fuzz --help` says how to call it.

    drawing     what all cases draw from: shapes, layouts, numbers, threads
    memory      arrays between guards, some of them at a page that must not be touched
    numbers     what arrays are filled with
    watch       a call under watch: what it raised, what it changed, how many there were
    operations  cases of the functions of tensors, the greater part
    wrong       arguments that must be refused
    reference   values and bounds, from spec
    others      cases of the layer, of merge, of fold, of the settings; calls at once
    crew        the child processes: crashes, hangs, what is found
    shrinking   a smaller case with the same fault
    faults      planted faults, to see that each is found
"""
