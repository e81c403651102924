"""Which function a request asks for: by method, path and audience. The function's class is `core.mode`'s.

The first row that fits counts. `*` stands for one part of a path, `**` for the rest of it. What a
client says about its own importance is never read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

from starlette.types import Scope

from stormops.admission.bulkhead import SIZES, Bulkhead
from stormops.admission.gate import Served, Ticket
from stormops.admission.queue import Lane
from stormops.core.mode import FUNCTIONS, Level, Mode, level_of

READS = ("GET", "HEAD")


class Row(NamedTuple):
    """Requests of these methods to this path ask for this function; `staff`: only staff are answered there."""

    methods: tuple[str, ...]
    path: str
    function: str
    staff: bool = False


ROWS = (
    Row(("GET", "HEAD"), "/healthz", "health"),
    Row(("GET", "HEAD"), "/readyz", "health"),
    Row(("GET", "HEAD"), "/metrics", "metrics"),
    Row(("POST",), "/api/v1/reports", "report"),
    Row(("POST",), "/report", "report"),
    Row(("GET", "HEAD", "POST"), "/messages", "messages"),
    Row(("POST",), "/api/v1/messages", "messages"),
    Row(("POST",), "/api/v1/desk/reports", "desk_report", staff=True),
    Row(("POST",), "/api/v1/desk/mode", "mode_switch", staff=True),
    Row(("POST",), "/api/v1/desk/**", "desk_actions", staff=True),
    Row(("POST",), "/api/v1/reports/batch", "partners"),
    Row(("POST",), "/api/v1/meters/**", "meters"),
    Row(("POST",), "/api/v1/telemetry/**", "meters"),
    Row(("POST",), "/open311/v2/**", "open311"),
    Row(READS, "/open311/v2/**", "open311_reads"),
    Row(("GET", "HEAD", "POST"), "/voice/**", "telephony"),
    Row(("GET", "HEAD", "POST"), "/sms/**", "telephony"),
    Row(("POST",), "/sms", "telephony"),
    Row(("POST",), "/staff/**", "sign_in"),
    Row(READS, "/openapi.json", "api_description"),
    Row(READS, "/api/v1/reports/*", "status"),
    Row(("POST",), "/api/v1/public/premise", "status"),
    Row(READS, "/api/v1/public/premise/*", "status"),
    Row(("GET", "HEAD", "POST"), "/mine", "status"),
    Row(READS, "/r", "status"),
    Row(READS, "/r/*", "status"),
    Row(READS, "/api/v1/session", "desk_reads", staff=True),
    Row(READS, "/api/v1/desk/snapshot", "desk_live", staff=True),
    Row(READS, "/api/v1/desk/premises", "premises_search", staff=True),
    Row(READS, "/api/v1/desk/situation-reports", "situation_reports", staff=True),
    Row(READS, "/api/v1/desk/situation-reports/*", "situation_reports", staff=True),
    Row(READS, "/api/v1/desk/past", "time_travel", staff=True),
    Row(READS, "/api/v1/desk/past/**", "time_travel", staff=True),
    Row(READS, "/api/v1/desk/exports/**", "exports", staff=True),
    Row(READS, "/api/v1/desk/**", "desk_reads", staff=True),
    Row(("POST",), "/api/v1/counter/**", "counter_actions", staff=True),
    Row(READS, "/api/v1/counter/checks", "counter_reports", staff=True),
    Row(READS, "/api/v1/counter/audit", "counter_reports", staff=True),
    Row(READS, "/api/v1/counter/looks", "counter_reports", staff=True),
    Row(READS, "/api/v1/counter/**", "counter_reads", staff=True),
    Row(("POST",), "/counter/**", "counter_actions", staff=True),
    Row(READS, "/counter/assets/*", "static"),
    Row(READS, "/counter/reports", "counter_reports", staff=True),
    Row(READS, "/counter", "counter_reads", staff=True),
    Row(READS, "/counter/**", "counter_reads", staff=True),
    Row(("POST",), "/account/sign-in", "own_sign_in"),
    Row(("POST",), "/account/code", "own_sign_in"),
    Row(("POST",), "/account/arrangement", "own_arrangement"),
    Row(("POST",), "/account/arrangement/**", "own_arrangement"),
    Row(("POST",), "/account/requests", "own_requests"),
    Row(("POST",), "/account/requests/**", "own_requests"),
    Row(READS, "/account/bills", "billing_history_web"),
    Row(READS, "/account/bills/**", "billing_history_web"),
    Row(("GET", "HEAD", "POST"), "/account", "own_account"),
    Row(("GET", "HEAD", "POST"), "/account/**", "own_account"),
    Row(READS, "/api/v1/public/transit-alerts", "transit_alerts"),
    Row(READS, "/api/v1/public/**", "public_map"),
    Row(READS, "/public/**", "public_tree"),
    Row(READS, "/text", "public_map"),
    Row(READS, "/", "public_map"),
    Row(READS, "/api/v1/config", "config"),
    Row(READS, "/api/v1/map/*", "map_layers"),
    Row(READS, "/report", "report_page"),
    Row(READS, "/pages.css", "report_page"),
    Row(READS, "/desk", "desk_live", staff=True),
    Row(READS, "/wall", "desk_live", staff=True),
    Row(READS, "/sign-in", "sign_in"),
    Row(READS, "/favicon.ico", "static"),
    Row(READS, "/assets/**", "static"),
    Row(READS, "/*", "static"),  # the built pages' own files
)
"""Every route of intake, feed and counter."""

LIVE = "/api/v1/feed"
"""The socket; its audience is in its query."""

FREE = frozenset({"health", "metrics"})
"""Always answered, never counted: who asks must learn the truth about an overloaded process."""

PEEKED = frozenset({"report", "telephony"})
"""Functions whose bodies tell whether life is at risk; looked into only when not all can be served."""

WAITING = frozenset({"telephony", "time_travel"})
"""Functions whose handlers wait for look-ups and for other processes nearly all the time; each has a bulkhead."""

PARTS_MAX = 12
"""A path is looked at to this depth; no route is deeper."""

LATELY_MAX, LATELY_CHARACTERS_MAX = 4096, 200
"""Paths whose function is remembered, and the longest that is."""


class Routes:
    """The functions as one process serves them, found by method and path."""

    def __init__(self, rows: Iterable[Row] = ROWS) -> None:
        self._rows = tuple(rows)
        self._served: dict[tuple[str, bool], Served] = {}
        self._exact: dict[str, dict[str, Served]] = {}
        self._patterns: list[tuple[frozenset[str], Callable[[list[str]], bool], Served]] = []
        self._bulkheads: dict[str, Bulkhead[Ticket]] = {name: Bulkhead(*size) for name, size in SIZES.items()}
        self._lately: dict[str, Served] = {}
        for row in self._rows:
            self._learn(row)
        self._desk = self._of("desk_live", staff=True)
        self._public = self._of("public_live", staff=False)
        self.unknown = Served("static", Lane.P3)
        self.mode = Mode.NORMAL

    def _learn(self, row: Row) -> None:
        served = self._of(row.function, staff=row.staff)
        self._patterns.append((frozenset(row.methods), _matcher(row.path), served))
        if "*" not in row.path:
            known = self._exact.setdefault(row.path, {})
            for method in row.methods:
                known.setdefault(method, served)

    def _of(self, name: str, *, staff: bool) -> Served:
        key = name, staff
        if key not in self._served:
            lane = Lane(FUNCTIONS[name].criticality + 1)
            served = Served(name, lane, for_staff=staff, free=name in FREE, peek=name in PEEKED, waits=name in WAITING)
            served.bulkhead = self._bulkheads.get(name)
            self._served[key] = served
        return self._served[key]

    def all(self) -> list[Served]:
        """Every function that has a route, once for each audience."""
        return list(self._served.values())

    def row(self, method: str, path: str) -> Row | None:
        """The row that a request falls under, None for one that no route takes."""
        parts = path.split("/")
        return next((row for row in self._rows if method in row.methods and _matcher(row.path)(parts)), None)

    def find(self, scope: Scope) -> Served:
        """The function of a request or socket; what no route takes is served last."""
        if scope["type"] == "websocket":
            if scope["path"] != LIVE:
                return self.unknown
            return self._desk if b"audience=desk" in scope["query_string"] else self._public
        path = scope["path"]
        known = self._exact.get(path)
        if known is not None:
            served = known.get(scope["method"])
            if served is not None:
                return served
        return self._search(scope["method"], path)

    def _search(self, method: str, path: str) -> Served:
        asked = f"{method} {path}"
        found = self._lately.get(asked)
        if found is None:
            parts = path.split("/", PARTS_MAX)
            fitting = (served for methods, fits, served in self._patterns if method in methods and fits(parts))
            found = next(fitting, self.unknown)
            if len(self._lately) >= LATELY_MAX:
                self._lately.clear()
            if len(asked) <= LATELY_CHARACTERS_MAX:
                self._lately[asked] = found
        return found

    def change_mode(self, mode: Mode) -> None:
        """Suspend what the mode suspends."""
        self.mode = mode
        for served in self._served.values():
            served.suspended = level_of(served.name, mode) is Level.SUSPEND


def _matcher(path: str) -> Callable[[list[str]], bool]:
    """Whether a split path fits a pattern."""
    wanted = path.split("/")
    if wanted[-1] == "**":
        head = wanted[:-1]
        return lambda parts: len(parts) > len(head) and _same(head, parts)
    return lambda parts: len(parts) == len(wanted) and _same(wanted, parts)


def _same(wanted: list[str], parts: list[str]) -> bool:
    return all(want in {part, "*"} for want, part in zip(wanted, parts, strict=False))
