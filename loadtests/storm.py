"""A storm's people against the whole platform: `make load` (`ARGS="--shape michael --minutes 2"`).

Starts a platform of its own on free ports, unless the addresses of one are given, and lets the users
of a shape come and go (locust). Ends with a page and a JSON under `loadtests/results/`, judged
against `loadtests/budgets.toml`; exit code 1 when over budget. Never imports `stormops`.

The users wait for their answers, so an overloaded platform slows them down; overload is measured by
the open-loop generator (`make bench-overload`).
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import gevent
import msgspec
import numpy as np
from locust import LoadTestShape
from locust.env import Environment

from loadtests.report import as_json, judge, load_budgets, table, write
from loadtests.storm_shape import Shape, load_shapes
from loadtests.users import SCENE, USERS, allow_many_sockets, loopback
from tests.platform import Platform, command, make_city

HERE = Path(__file__).parent
SPAWN_PER_SECOND = 100
RESOLVED_MAX = 1_000
"""Receipts that are looked up at the end (all, when there are fewer)."""

DRAIN_SECONDS_MAX = 30


def read_pack(pack: Path, chance: random.Random) -> None:
    """Addresses and meter numbers that the city's people know, from the pack's files."""
    text = msgspec.msgpack.decode((pack / "text.msgpack").read_bytes())
    street = np.load(pack / "city.npz")["p_street"]
    rows = [row for row, number in enumerate(text["p_house_number"]) if number and street[row] >= 0]
    chance.shuffle(rows)
    SCENE.addresses = [f"{text['p_house_number'][row]} {text['p_streets'][street[row]]}" for row in rows]
    SCENE.meters = [meter for meter in text["p_meter"] if meter]


@contextmanager
def own_platform(customers: int) -> Iterator[None]:
    """A platform on free ports with a generated city, a partner for meters and a telephony account."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        pack, data = make_city(folder, customers), folder / "data"
        platform = Platform(pack, data)
        try:
            where = {"STORMOPS_DATA": str(data)}
            SCENE.token = command("partner", "add", "head-end", "--may", "meters", env=where).split()[-1]
            SCENE.telephony = f"{random.getrandbits(128):032x}"
            SCENE.intake_url, SCENE.feed_url = platform.intake_url, platform.feed_url
            with (data / "secrets.toml").open("a") as secrets:
                secrets.write(f'\n[telephony]\ntoken = "{SCENE.telephony}"\nurl = "{SCENE.intake_url}"\n')
            read_pack(pack, random.Random(1))
            yield
        finally:
            platform.stop()


@contextmanager
def given_platform(arguments: argparse.Namespace) -> Iterator[None]:
    """The platform whose addresses, pack and tokens were given."""
    SCENE.intake_url, SCENE.feed_url = arguments.intake, arguments.feed
    SCENE.token, SCENE.telephony = (
        path.read_text().strip() if path else "" for path in (arguments.meters_token, arguments.telephony_token)
    )
    read_pack(arguments.pack, random.Random(1))
    yield


def kinds(shape: Shape) -> list[str]:
    """The users of the shape that this platform has a door for; says which are left out and why."""
    missing = {}
    if not SCENE.token:
        missing["head_end"] = "no token of a partner that may send meter events"
    if not SCENE.telephony:
        missing["caller"] = "no telephony token"
    elif _status(f"{SCENE.intake_url}/voice/answer") == 404:
        missing["caller"] = "the platform has no /voice/answer"
    SCENE.seen.left_out += [f"{kind}: {why}" for kind, why in missing.items() if kind in shape.rates]
    return [kind for kind in shape.rates if kind not in missing]


def _status(url: str) -> int:
    """The status of an empty POST."""
    try:
        with urllib.request.urlopen(urllib.request.Request(url, b"")) as answer:  # noqa: S310  # our own platform
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code


def play(shape: Shape, names: list[str], seconds: float, customers: int) -> None:
    """Let the users come and go for so long."""
    wanted = shape.users(customers)
    total = sum(wanted.values())
    for name in names:
        USERS[name].weight = wanted[name]

    class Curve(LoadTestShape):
        """The shape, second by second."""

        use_common_options = False

        def tick(self) -> tuple[int, float] | None:
            """Users now, and how many more may come in a second; None ends the run."""
            at = time.perf_counter() - SCENE.started
            if at >= seconds:
                return None
            present = sum(wanted[name] for name in names) / total
            return max(len(names), round(shape.moment(at / seconds, customers) * present)), SPAWN_PER_SECOND

    curve: LoadTestShape = Curve()  # type: ignore[no-untyped-call]
    environment = Environment(user_classes=[USERS[name] for name in names], shape_class=curve, stop_timeout=5)
    runner = environment.create_local_runner()
    SCENE.started = time.perf_counter()
    runner.start_shape()
    while time.perf_counter() - SCENE.started < seconds:
        SCENE.seen.users.append((time.perf_counter() - SCENE.started, runner.user_count))
        gevent.sleep(1)
    runner.quit()


def lost() -> int:
    """Acknowledged reports, of a sample, that their receipts do not resolve once everything has been drained."""
    receipts = random.sample(sorted(SCENE.seen.receipts), min(RESOLVED_MAX, len(SCENE.seen.receipts)))
    deadline = time.monotonic() + DRAIN_SECONDS_MAX
    missing = [receipt for receipt in receipts if not _resolves(receipt)]
    while missing and time.monotonic() < deadline:
        gevent.sleep(1)
        missing = [receipt for receipt in missing if not _resolves(receipt)]
    return len(missing)


def _resolves(receipt: str) -> bool:
    url = f"{SCENE.feed_url}/api/v1/reports/{receipt}"
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:  # noqa: S310  # our own platform
            return bool(answer.status == 200)
    except urllib.error.HTTPError as error:
        if error.code in (429, 503):
            gevent.sleep(float(error.headers.get("Retry-After") or 1))
        return False


def parse(shapes: dict[str, Shape]) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shape", choices=sorted(shapes), default="isaias")
    parser.add_argument("--minutes", type=float, default=2)
    parser.add_argument("--customers", type=int, default=60_000, help="customers of the city, and so users")
    parser.add_argument("--budgets", type=Path, default=HERE / "budgets.toml")
    parser.add_argument("--results", type=Path, default=HERE / "results")
    parser.add_argument("--intake", help="address of a platform's intake; else one is started")
    parser.add_argument("--feed", help="address of its feed")
    parser.add_argument("--pack", type=Path, help="folder of its city pack")
    parser.add_argument("--meters-token", type=Path, help="file with a partner's token that may send meter events")
    parser.add_argument("--telephony-token", type=Path, help="file with the telephony account's token")
    arguments = parser.parse_args()
    if arguments.intake and not (arguments.feed and arguments.pack):
        parser.error("--intake needs --feed and --pack")
    return arguments


def main() -> None:
    """The command."""
    shapes = load_shapes()
    arguments = parse(shapes)
    shape = shapes[arguments.shape]
    budgets = load_budgets(arguments.budgets)
    allow_many_sockets()
    with given_platform(arguments) if arguments.intake else own_platform(arguments.customers):
        names = kinds(shape)
        users = {name: count for name, count in shape.users(arguments.customers).items() if name in names}
        print(f"{shape.title}: {arguments.minutes:g} minutes, at the height {users}", flush=True)
        play(shape, names, arguments.minutes * 60, arguments.customers)
        SCENE.seen.lost = lost()
    about = {
        "shape": shape.title,
        "minutes": arguments.minutes,
        "customers": arguments.customers,
        "users at the height": users,
        "when": time.strftime("%Y-%m-%d %H:%M:%S"),
        "source addresses": f"{loopback(1)} and up, one for each user",
    }
    bars = judge(SCENE.seen, budgets)
    result = as_json(SCENE.seen, bars, about)
    page = write(arguments.results / f"{time.strftime('%Y%m%d-%H%M%S')}-{arguments.shape}", SCENE.seen, result)
    print(table(result))
    print(page)
    print(json.dumps(bars))
    sys.exit(0 if result["met"] else 1)


if __name__ == "__main__":
    main()
