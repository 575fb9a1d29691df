"""Threads of Python that work for one call, which neither returns nor raises before all of them are done.

a. Compiled: a signal may interrupt Python between any two instructions, and these only where they wait. What is raised
   there, by Ctrl-C or a handler, is kept until the last thread is done.
b. What no thread can be started for is done by the caller.
c. Rejected: threading.Thread. Where its start is interrupted nobody can tell whether there is something to join.
"""

from _thread import allocate_lock, start_new_thread


def work(function, arguments, list errors, done):
    try:
        function(*arguments)
    except BaseException as error:
        errors.append(error)
    finally:
        done.release()


def run(function, list calls):
    """Call the function with each of these arguments, in a thread each but for the last, and wait for all.

    The first error of any of them, or of the wait, is raised at the end.
    """
    cdef list errors = []
    locks = [allocate_lock() for _ in calls]
    for done in locks:
        done.acquire()
    for arguments, done in zip(calls[:-1], locks):
        try:
            start_new_thread(work, (function, arguments, errors, done))
        except (RuntimeError, MemoryError):
            work(function, arguments, errors, done)
    work(function, calls[-1], errors, locks[-1])
    for done in locks:
        while True:
            try:
                done.acquire()
                break
            except BaseException as error:
                errors.append(error)
    if errors:
        raise errors[0]
