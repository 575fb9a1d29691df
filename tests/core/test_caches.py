"""What the planner knows of a machine's caches: of the system, or of BNCORE_CACHES; and shown."""

import child
import pytest

import bncore
from bncore import caches, runtime
from bncore.caches import USUAL, Caches, of_machine
from bncore.core import plan

# what is found on each kind, and what follows
ZEN_3, XEON = Caches(32 << 10, 512 << 10, 32 << 20), Caches(48 << 10, 2 << 20, 480 << 20)
FOLLOWS = {
    ZEN_3: {"stream": 16 << 20, "large": 1 << 20, "ahead": 8192},
    XEON: {"stream": 48 << 20, "large": 1 << 20, "ahead": 8192},
    Caches(64 << 10, 4 << 20, 4 << 20): {"stream": 2 << 20, "large": 2 << 20, "ahead": 16384},
}


@pytest.mark.parametrize("found", FOLLOWS, ids=str)
def test_what_follows_from_caches(found):
    assert plan.by_caches(*found) == FOLLOWS[found]


def test_the_planner_is_told_of_those_that_were_found():
    assert plan.machine().items() >= plan.by_caches(*runtime.caches).items()


def system(folder, *indices):
    """What Linux shows of the processor that this process may run on: (type, level, size) for each index."""
    place = folder / f"cpu{min(caches._processors())}" / "cache"
    for number, told in enumerate(indices):
        (place / f"index{number}").mkdir(parents=True)
        for name, text in zip(("type", "level", "size"), told, strict=True):
            (place / f"index{number}" / name).write_text(text + "\n")
    return folder


@pytest.mark.parametrize(
    ("told", "found"),
    [
        ([("Data", "1", "32K"), ("Instruction", "1", "9K"),
          ("Unified", "2", "512K"), ("Unified", "3", "32M")],
         ZEN_3),
        # without a third; with what is no size; without anything
        ([("Data", "1", "64K"), ("Unified", "2", "4M")], Caches(64 << 10, 4 << 20, 4 << 20)),
        ([("Data", "1", "?"), ("Unified", "2", "512K"), ("Unified", "3", "32M")],
         Caches(USUAL.l1, 512 << 10, 32 << 20)),
        ([], USUAL),
    ],
)  # fmt: skip
def test_what_the_system_says(told, found, tmp_path):
    assert of_machine({}, system(tmp_path, *told)) == found


def test_what_the_environment_says_comes_first(tmp_path):
    folder = system(tmp_path, ("Unified", "3", "32M"))
    assert of_machine({"BNCORE_CACHES": " 48K, 2M,480M"}, folder) == XEON


@pytest.mark.parametrize("said", ["32K", "32K,512K,32M,1", "32K,512K,", "a,b,c", "0,512K,32M", "-1,2,3"])
def test_what_it_may_not_say(said):
    with pytest.raises(ImportError, match=r"BNCORE_CACHES must be .*; found "):
        of_machine({"BNCORE_CACHES": said})


def test_they_are_shown(capsys):
    bncore.show_config()
    assert f"caches       {runtime.caches}" in capsys.readouterr().out
    program = "import bncore; bncore.show_config()"
    shown = child.run(program, BNCORE_CACHES="48K,2M,480M")
    assert "caches       L1 48 KiB, L2 2 MiB, L3 480 MiB" in shown
    assert "49152 KiB or more together" in shown
