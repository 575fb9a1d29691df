"""Work that is shared out: results, exceptions, interrupts; and what the oracle remembers."""

import multiprocessing
import operator
import os
import time
from concurrent.futures.process import BrokenProcessPool

import hostile
import pytest

from spec import __main__ as command
from spec import conformance
from spec.adapters.plain import Plain
from spec.oracle.memory import Remembered
from spec.workers import apart, started


@pytest.mark.parametrize("count", [1, 2])
def test_results_are_those_of_the_calls(count):
    with started(count) as begin:
        begun = [begin(operator.pow, 3, n) for n in range(5)]
        assert [each.result() for each in begun] == [3**n for n in range(5)]
        with pytest.raises(ZeroDivisionError):
            begin(operator.truediv, 1, 0).result()


def process(name):
    return name.upper(), os.getpid()


@pytest.mark.audits
def test_each_is_asked_in_a_process_of_its_own():
    answers, processes = zip(*apart(process, "abc"), strict=True)
    assert answers == ("A", "B", "C")
    assert len({os.getpid(), *processes}) == 4


@pytest.mark.parametrize("reason", [KeyboardInterrupt, ValueError])
def test_an_exception_ends_the_workers_whatever_they_do(reason):
    before = set(multiprocessing.active_children())

    def at_work():
        with started(2) as begin:
            # if they were waited for, this would take an hour
            begun.extend(begin(time.sleep, 3600) for _ in range(3))
            assert len(set(multiprocessing.active_children()) - before) == 2
            raise reason

    begun = []
    with pytest.raises(reason):
        at_work()
    assert set(multiprocessing.active_children()) <= before
    assert all(each.done() for each in begun)


@pytest.mark.audits
def test_a_check_that_is_shared_out_says_the_same_in_order():
    names, said = ["ordinary", "not-finite", "m-1-plane"], []
    found = conformance.check(Plain(), names, workers=2, progress=lambda name, _: said.append(name))
    assert said == names
    assert list(map(repr, found)) == list(map(repr, conformance.check(Plain(), names)))


@pytest.mark.audits
def test_a_worker_that_ends_is_no_pass():
    with pytest.raises(BrokenProcessPool):
        conformance.check(hostile.Quits(), ["ordinary", "m-2"], workers=2)


def test_after_an_interrupt_a_command_says_so_and_nothing_else(monkeypatch, capsys):
    def interrupted(*arguments, **options):
        raise KeyboardInterrupt

    monkeypatch.setattr(conformance, "check", interrupted)
    assert command.main(["check", "numpy"]) == command.INTERRUPTED == 130
    assert tuple(capsys.readouterr()) == ("", "\ninterrupted\n")


def test_what_was_not_asked_for_longest_is_forgotten():
    asked = []

    def get(question, size=1):
        return memory.get(question, size, lambda: asked.append(question) or question.upper())

    memory = Remembered(room=3)
    assert [get(each) for each in "abcab"] == list("ABCAB")
    assert asked == list("abc")
    get("d")  # in the place of c
    assert [get(each) for each in "abd"] == list("ABD")
    assert asked == list("abcd")
    get("c")
    assert asked == list("abcdc")
    # what is larger than the room is remembered alone
    assert get("e", size=9) == get("e", size=9) == "E"
    get("c")
    assert asked == list("abcdcec")
