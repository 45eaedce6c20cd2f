"""The command `nnlearn`, which `python -m nnlearn` is as well.

Nothing is imported before an interruption is understood: that takes a moment already.
"""

import _thread
import sys

_INTERRUPTED = 2
_A_MOMENT = 1.0
"""Seconds that a thread has to end by itself."""


def main() -> None:
    """Run the command line; Ctrl-C ends it with a word and a code of its own, from the first moment on."""
    sys.unraisablehook = _interrupt_again
    try:
        from nnlearn.cli import main as run

        run()
    except KeyboardInterrupt:
        sys.stderr.write("nnlearn: interrupted\n")
        _end()
    except SystemExit as end:
        if end.code == _INTERRUPTED:
            _end()
        import signal

        signal.signal(signal.SIGINT, signal.SIG_IGN)  # too late: all is done, and only Python has to end
        raise


def _interrupt_again(dropped: "sys.UnraisableHookArgs") -> None:
    """Let a Ctrl-C come again that came where Python drops exceptions, as in what imports clean up with."""
    if dropped.exc_type is KeyboardInterrupt:
        _thread.start_new_thread(_thread.interrupt_main, ())  # here it would be dropped once more
    else:
        sys.__unraisablehook__(dropped)


def _end() -> None:
    """End as Python does at its end, but for the last step.

    If Ctrl-C was met in code that is made from text, as dataclasses are, Python ends itself by that signal in
    place of an exit code, although somebody has caught the exception.
    """
    import atexit
    import os
    import signal
    import threading

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for thread in threading.enumerate():
        if thread is not threading.current_thread() and not thread.daemon:
            thread.join(_A_MOMENT)  # a pool of processes that is ending fails if it is told to end once more
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(_INTERRUPTED)


if __name__ == "__main__":
    main()
