"""Ways to run `nnlearn` as a person or a program would, and to look at what it shows."""

import copy
import os
import re
import signal
import subprocess
import sys
import threading
import time

import pexpect
import pyte
from patience import PATIENCE_S


class Terminal:
    """`nnlearn` on a pseudo-terminal, with what it shows."""

    def __init__(self, *arguments, cwd, width=90, height=30, **environment):
        env = {**os.environ, "TERM": "xterm-256color", **environment}
        for name in ("COLUMNS", "LINES", *(("NO_COLOR",) if "NO_COLOR" not in environment else ())):
            env.pop(name, None)
        self._start(pyte.Screen(width, height), [sys.executable, "-m", "nnlearn", *arguments], cwd, env)

    def _start(self, screen, command, cwd, env):
        self.screen = screen
        self._stream = pyte.ByteStream(screen)
        self.raw = b""
        self.process = pexpect.spawn(
            command[0],
            command[1:],
            cwd=str(cwd),
            env=env,
            dimensions=(screen.lines, screen.columns),
            timeout=PATIENCE_S,
        )

    @property
    def text(self):
        return "\n".join(line.rstrip() for line in self.screen.display)

    def read(self, seconds=0.1):
        """Take in what has been drawn; False once the other side has ended."""
        try:
            data = self.process.read_nonblocking(2**16, seconds)
        except pexpect.TIMEOUT:
            return True
        except pexpect.EOF:
            return False
        self.raw += data
        self._stream.feed(data)
        return True

    def wait_for(self, *words, without=(), patience=PATIENCE_S):
        """Read until all `words` are on the screen, and none of `without`."""
        deadline = time.monotonic() + patience
        while not (all(w in self.text for w in words) and not any(w in self.text for w in without)):
            alive = self.read()
            assert time.monotonic() < deadline, f"no {words} without {without} in:\n{self.text}"
            assert alive or all(w in self.text for w in words), f"ended without {words}:\n{self.text}"

    def press(self, key):
        self.process.send(key)

    def resize(self, width, height):
        self.screen.resize(height, width)
        self.process.setwinsize(height, width)

    def end(self):
        """Read to the end; returns the exit status, or the negative number of a signal."""
        deadline = time.monotonic() + PATIENCE_S
        while self.read():
            assert time.monotonic() < deadline, "it does not end"
        self.process.wait()
        code = self.process.exitstatus
        return code if code is not None else -self.process.signalstatus

    @property
    def is_restored(self):
        """Whether the last that was said of the other screen and of the cursor left both as they were."""
        modes = re.findall(rb"\x1b\[\?(1049|25)([hl])", self.raw)
        last = dict(modes)
        return last[b"1049"] == b"l" and last[b"25"] == b"h"

    def kill(self):
        if self.process.isalive():
            self.process.kill(signal.SIGKILL)
        self.process.close(force=True)


class _TwoScreens(pyte.HistoryScreen):
    """A screen that can be scrolled back, and is as it was once a program has left the other one."""

    def set_mode(self, *modes, **kwargs):
        super().set_mode(*modes, **kwargs)
        if kwargs.get("private") and 1049 in modes:
            self._left = copy.deepcopy((self.buffer, self.cursor))
            self.erase_in_display(2)

    def reset_mode(self, *modes, **kwargs):
        super().reset_mode(*modes, **kwargs)
        if kwargs.get("private") and 1049 in modes:
            self.buffer, self.cursor = self._left


class Shell(Terminal):
    """A shell on a pseudo-terminal of 80 by 24, with the whole of its environment."""

    PROMPT = "newcomer $ "

    def __init__(self, *, cwd, environment):
        env = {**environment, "TERM": "xterm-256color", "PS1": self.PROMPT}
        self._start(_TwoScreens(80, 24, history=10_000), ["/bin/sh", "-i"], cwd, env)
        self._prompts = 0
        self.wait_for_prompt()

    @property
    def scrolled_back(self):
        """What has left the screen at its upper edge."""
        lines = (
            "".join(line[x].data for x in range(self.screen.columns)) for line in self.screen.history.top
        )
        return "\n".join(line.rstrip() for line in lines)

    def type(self, line):
        self.press(f"{line}\r")

    def wait_for_prompt(self):
        """Read until whatever runs has ended."""
        self._prompts += 1
        deadline = time.monotonic() + PATIENCE_S
        while self.raw.count(self.PROMPT.encode()) < self._prompts:
            assert self.read(), f"the shell has ended:\n{self.text}"
            assert time.monotonic() < deadline, f"it does not end:\n{self.text}"


class Lines:
    """A program off a terminal, with what it prints, line by line."""

    def __init__(self, command, cwd):
        self.process = subprocess.Popen(
            command,
            cwd=cwd,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.text = ""
        self._taken = 0
        self._more = threading.Condition()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self):
        for line in self.process.stdout:
            with self._more:
                self.text += line
                self._more.notify_all()

    def next_block(self, ending="visible checks pass"):
        """What has been printed since the last block, up to the line that ends with `ending`."""
        with self._more:
            found = self._more.wait_for(lambda: ending in self.text[self._taken :], PATIENCE_S)
            assert found, f"no {ending!r} in {self.text[self._taken :]!r}"
            end = self.text.index("\n", self.text.index(ending, self._taken))
            block, self._taken = self.text[self._taken : end], end
            return block

    def end(self):
        """Close its input; returns its exit status and what it complained about."""
        self.process.stdin.close()
        return self.process.wait(PATIENCE_S), self.process.stderr.read()

    def kill(self):
        self.process.kill()
        self.process.wait()
        self._reader.join()
        for stream in (self.process.stdin, self.process.stdout, self.process.stderr):
            stream.close()
