"""The real platform as separate processes, for tests that look at it from outside.

Never imports `stormops`: what is known here is what an operator knows.
"""

from __future__ import annotations

import atexit
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

START_SECONDS_MAX = 60
STOP_SECONDS_MAX = 30
CRASHES_MAX = 2
"""A child that ends a third time before it was ready ends in a loop."""
MISCONFIGURED = 2
"""How a child ends that no start helps."""


def command(*words: str, env: dict[str, str] | None = None) -> str:
    """Run a `stormops` command and give what it printed."""
    done = subprocess.run(
        [sys.executable, "-m", "stormops", *words],
        check=True,
        capture_output=True,
        text=True,
        env=os.environ | (env or {}),
    )
    return done.stdout


@cache
def _made_once() -> Path:
    """What is made once for all platforms of these tests, to be copied; removed at their end."""
    folder = tempfile.TemporaryDirectory(prefix="stormops-tests-")
    atexit.register(folder.cleanup)
    return Path(folder.name)


@cache
def _generated(customers: int) -> Path:
    """A generated city of this size, to be copied; gives its pack's folder."""
    packs = _made_once() / f"packs-{customers}"
    return Path(command("city", "generate", "--customers", str(customers), "--packs", str(packs)).strip())


def make_city(folder: Path, customers: int) -> Path:
    """A small generated city; gives its pack's folder."""
    made = _generated(customers)
    place = folder.joinpath(*made.parts[-2:])
    shutil.copytree(made, place, dirs_exist_ok=True)
    return place


def enrol(data: Path, role: str) -> tuple[str, str]:
    """Somebody with this role, called like it, in a data folder; gives name and password."""
    said = command("staff", "add", role, "--role", role, "--data", str(data))
    match = re.fullmatch(rf"{role} \({role}\): (\S+)", said.strip())
    assert match, said
    return role, match[1]


@cache
def _enrolled(roles: tuple[str, ...]) -> tuple[Path, dict[str, tuple[str, str]]]:
    """A data folder where these are known, to be copied, and their names and passwords by role."""
    data = _made_once() / "-".join(("data", *roles))
    return data, {role: enrol(data, role) for role in roles}


def fast(speed: float) -> dict[str, str]:
    """Settings of a clock that begins now and goes so much faster than the wall's."""
    now = str(time.time_ns() // 1_000_000)
    return {
        "STORMOPS_CLOCK_SPEED": str(speed),
        "STORMOPS_CLOCK_EPOCH_MS": now,
        "STORMOPS_CLOCK_ANCHOR_MS": now,
    }


def in_the_afternoon() -> dict[str, str]:
    """Settings of a clock that goes as the wall's, from 14:00 where the demo city is: who calls depends on the hour."""
    now = datetime.now(ZoneInfo("America/New_York"))
    then = now.replace(hour=14, minute=0, second=0, microsecond=0)
    return {
        "STORMOPS_CLOCK_SPEED": "1",
        "STORMOPS_CLOCK_EPOCH_MS": str(int(then.timestamp() * 1000)),
        "STORMOPS_CLOCK_ANCHOR_MS": str(int(now.timestamp() * 1000)),
    }


class Platform:
    """`stormops up` on free ports and a data folder of its own, once those named in `ready` are."""

    def __init__(
        self,
        pack: Path,
        data: Path,
        settings: dict[str, str] | None = None,
        ready: tuple[str, ...] = ("intake_url", "feed_url"),
        staff: tuple[str, ...] = ("dispatcher", "viewer"),
    ) -> None:
        """`staff`: one of each of these roles can sign in from the start, called like it."""
        data.mkdir(parents=True, exist_ok=True)
        self.data = data
        if (data / "staff.sqlite").exists():  # there was a platform here before: they get new passwords
            self.staff = {role: enrol(data, role) for role in staff}
        else:
            known, people = _enrolled(staff)
            self.staff = dict(people)
            for file in known.iterdir():
                shutil.copy2(file, data)
        environment = os.environ | {
            "STORMOPS_INTAKE_PORT": "0",
            "STORMOPS_FEED_PORT": "0",
            "STORMOPS_INTAKE_STAFF_PORT": "0",
            "STORMOPS_FEED_STAFF_PORT": "0",
            "STORMOPS_METRICS_PORT": "0",
            "STORMOPS_WORKER_PORT": "0",
            "STORMOPS_RELAY_PORT": "0",
            "STORMOPS_COUNTER_PORT": "0",
            "STORMOPS_COUNTER_OWN_PORT": "0",
        }
        environment |= settings or {}
        self._log = (data / "log.jsonl").open("w")
        self._process = subprocess.Popen(
            [sys.executable, "-m", "stormops", "up", "--city", str(pack), "--data", str(data)],
            env=environment,
            stdout=self._log,
            stderr=self._log,
        )
        self.wait_until_ready(ready)

    def enrol(self, role: str) -> tuple[str, str]:
        """Somebody more with this role, called like it, while it runs; gives name and password."""
        return enrol(self.data, role)

    @property
    def log(self) -> str:
        """What the processes said."""
        return (self.data / "log.jsonl").read_text()

    def wait_until_ready(self, names: tuple[str, ...] = ("intake_url", "feed_url")) -> None:
        """Until these answer that they are."""
        import httpx2

        deadline, begun = time.monotonic() + START_SECONDS_MAX, len(self.log)
        while time.monotonic() < deadline:
            assert self._process.poll() is None, self.log
            if crash := crashing(self.log[begun:], [name.removesuffix("_url") for name in names]):
                self.stop()
                raise AssertionError(crash)
            try:
                where = self.where()
                if all(httpx2.get(f"{where[name]}/readyz").status_code == 200 for name in names):
                    return
            except (OSError, ValueError, httpx2.HTTPError):
                pass
            time.sleep(0.05)
        self.stop()
        raise AssertionError(f"the platform was not ready in {START_SECONDS_MAX} s:\n{self.log}")

    def where(self) -> dict[str, Any]:
        """Addresses and process numbers, as the supervisor wrote them."""
        return dict(json.loads((self.data / "processes.json").read_text()))

    @property
    def intake_url(self) -> str:
        return str(self.where()["intake_url"])

    @property
    def feed_url(self) -> str:
        return str(self.where()["feed_url"])

    @property
    def intake_staff_url(self) -> str:
        return str(self.where()["intake_staff_url"])

    @property
    def feed_staff_url(self) -> str:
        return str(self.where()["feed_staff_url"])

    def kill(self, name: str) -> int:
        """kill -9 one process; gives its number."""
        pid = int(self.where()["pids"][name])
        os.kill(pid, signal.SIGKILL)
        return pid

    def stop(self) -> int:
        """Ctrl-C, and wait; gives the exit code."""
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGINT)
        code = self._process.wait(STOP_SECONDS_MAX)
        self._log.close()
        return code


def crashing(log: str, children: Sequence[str]) -> str:
    """Which of these children ends in a loop, and what it said the last time; "" while none does."""
    said: dict[str, list[str]] = {child: [] for child in children}
    crashes: Counter[str] = Counter()
    for line in log.splitlines():
        told = event(line)
        child, code = str(told.get("child")), told.get("code")
        if told.get("event") == "child_ended" and child in said and code != -signal.SIGKILL:  # we kill, it does not
            crashes[child] += 1
            if crashes[child] > CRASHES_MAX or code == MISCONFIGURED:
                return "\n".join([f"{child} ends in a loop (code {code}), and said last:", *said[child]])
            said[child] = []
        for words in (said.get(told["process"], []),) if told else said.values():
            words.append(line)
    return ""


def event(line: str) -> dict[str, Any]:
    """A line of the log; nothing of one that is not ours (what Python says before the log is open)."""
    try:
        return dict(json.loads(line))
    except ValueError:
        return {}
