"""Implementations that try to get past the judge: what `test_attack` runs."""

import atexit
import ctypes
import os
import signal
import sys
import threading
import time

import numpy

from spec.adapters.plain import Plain
from spec.conformance import Adapter, Caps


class Right(Adapter):
    """A kernel with nothing wrong, and one method."""

    caps = Caps(dtypes=("float32",), accumulate="any", least=1)

    def inference(self, x, gamma, beta, mean, var, eps):
        return Plain().inference(x, gamma, beta, mean, var, eps)


class Wrong(Right):
    """A kernel that is wrong; each that follows is, too, and hides it."""

    def inference(self, x, gamma, beta, mean, var, eps):
        return {"y": x + 1}


class Exits(Wrong):
    def inference(self, x, gamma, beta, mean, var, eps):
        sys.exit(0)


class Quits(Wrong):
    def inference(self, x, gamma, beta, mean, var, eps):
        os._exit(0)


class Crashes(Wrong):
    def inference(self, x, gamma, beta, mean, var, eps):
        os.kill(os.getpid(), signal.SIGSEGV)


class Throws(Wrong):
    """It raises what no handler of exceptions expects."""

    def inference(self, x, gamma, beta, mean, var, eps):
        raise type("End", (BaseException,), {})


class Looked(Wrong):
    """It ends where its method is looked up."""

    @property
    def inference(self):
        sys.exit(0)


class Named(Wrong):
    """It ends where its name is asked for."""

    @property
    def name(self):
        sys.exit(0)


class Made(Wrong):
    """It ends where it is made."""

    def __init__(self):
        sys.exit(0)


class Undeclared(Wrong):
    """It ends where its declarations are asked for."""

    @property
    def caps(self):
        os._exit(0)


class Late(Wrong):
    """It ends the process with status 0 when it would end with 1."""

    def __init__(self):
        atexit.register(os._exit, 0)


class Stays(Wrong):
    """It has a thread that would keep the process for an hour, and then end it with status 0."""

    def __init__(self):
        def wait():
            time.sleep(3600)
            os._exit(0)

        threading.Thread(target=wait).start()


class Silences(Right):
    """It takes the output away, so that nobody would see the summary."""

    def inference(self, x, gamma, beta, mean, var, eps):
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115
        return super().inference(x, gamma, beta, mean, var, eps)


class Forges(Wrong):
    """It writes to every pipe of the process that everything held, and ends it."""

    def inference(self, x, gamma, beta, mean, var, eps):
        for number in range(3, 64):
            try:
                os.write(number, b"\0" * 17)
            except OSError:
                continue
        os._exit(0)


class Omits(Right):
    """It returns y where it is sure of it."""

    def inference(self, x, gamma, beta, mean, var, eps):
        return super().inference(x, gamma, beta, mean, var, eps) if len(x) < 3 else {}


class Colours(Right):
    """Its name is written in red, and is no text that has an encoding."""

    name = "\x1b[31mred\x1b[0m \ud800"


class Shouts(Right):
    """So is what it raises, and the name of what it returns."""

    def inference(self, x, gamma, beta, mean, var, eps):
        if len(x) == 2:
            return {"\x1b[31m": x}
        raise type("\x1b]0;title\x07", (Exception,), {})("\x1b[2J" + 10**6 * "x")


class Sleeps(Right):
    """It says that it was called, and hangs."""

    def inference(self, x, gamma, beta, mean, var, eps):
        print("called", file=sys.stderr, flush=True)
        time.sleep(3600)


class Deaf(Right):
    """It hangs, and hears no signal."""

    def inference(self, x, gamma, beta, mean, var, eps):
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, signal.SIG_IGN)
        time.sleep(3600)


class Reads(Right):
    """It reads one element past the end of gamma."""

    def inference(self, x, gamma, beta, mean, var, eps):
        ctypes.string_at(gamma.__array_interface__["data"][0] + gamma.nbytes, 4)
        return super().inference(x, gamma, beta, mean, var, eps)


class Infinite(Right):
    """It returns an array whose bytes change their mind when they are read again."""

    def inference(self, x, gamma, beta, mean, var, eps):
        found = super().inference(x, gamma, beta, mean, var, eps)["y"]

        class Two:
            def __array__(self, dtype=None, copy=None):
                raise SystemExit(0)

        return {"y": Two() if len(x) == 2 else numpy.asarray(found)}
