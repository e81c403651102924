"""Every metric and log event of the platform, declared before use.

Using an undeclared name raises. `docs/telemetry.md` is generated from these tables. No label and no
log field may carry personal data: no address, phone, name, note, account or receipt.
"""

from __future__ import annotations

import json
import logging
import os
import signal
import sys
import threading
import traceback
from datetime import UTC, datetime
from typing import Any

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge, Histogram, generate_latest

SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)

METRICS: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "intake_reports_total": ("counter", "Reports acknowledged, by channel", ("channel",)),
    "intake_meter_events_total": ("counter", "Meter events acknowledged", ()),
    "intake_refused_total": ("counter", "Requests answered with a problem, by code", ("code",)),
    "intake_actions_total": ("counter", "Desk actions acknowledged, by kind", ("kind",)),
    "admission_shed_total": ("counter", "Requests refused before any handler, by lane and reason", ("class", "reason")),
    "admission_queue_seconds": ("histogram", "Time of requests that could not run at once, until they ran or not", ()),
    "admission_limit": ("gauge", "Handlers that may run at once, as adapted", ()),
    "admission_in_flight": ("gauge", "Handlers that hold a place", ()),
    "admission_parked": ("gauge", "Handlers that wait for something else and gave their place back", ()),
    "admission_waiting": ("gauge", "Requests that wait for a place", ()),
    "admission_waiting_work_seconds": ("gauge", "Measured work of the requests that wait", ()),
    "admission_sources": ("gauge", "Addresses and devices whose requests are being counted", ()),
    "door_commit_seconds": ("histogram", "Time of one group commit to the door", ()),
    "door_batch_size": ("histogram", "Facts in one group commit", ()),
    "operations_entries_total": ("counter", "Entries appended to the journal, by fact", ("fact",)),
    "operations_tick_seconds": ("histogram", "Time of one tick: drain, decide and append", ()),
    "operations_position": ("gauge", "Newest journal position", ()),
    "operations_backlog": ("gauge", "News drained in the last pass", ()),
    "relay_news_total": ("counter", "News carried to the shared database", ()),
    "relay_copy_seconds": ("histogram", "Time of one copy to the shared database", ()),
    "relay_backlog": ("gauge", "News of this machine's doors found in the last pass", ()),
    "operations_mode": ("gauge", "Mode in force: 0 normal, 1 watch, 2 storm, 3 surge, 4 island", ()),
    "operations_doors_unreadable_total": ("counter", "Times that a door became unreadable", ()),
    "feed_clients": ("gauge", "Open WebSocket clients, by audience", ("audience",)),
    "feed_position": ("gauge", "Journal position shown", ()),
    "feed_cohort_seconds": ("histogram", "Time of writing one frame to up to 256 up-to-date clients", ()),
    "feed_parts": ("gauge", "Parts of a view that clients look at, by audience", ("audience",)),
    "feed_refused_total": ("counter", "WebSocket clients sent away because all places were taken", ("audience",)),
    "feed_resyncs_total": ("counter", "Slow clients sent a new snapshot", ("audience",)),
    "feed_receipt_lookups_total": ("counter", "Receipt look-ups by outcome: found, missed, limited", ("outcome",)),
    "feed_tree_seconds": ("histogram", "Time of one publication of the public tree", ()),
    "feed_tree_files_total": ("counter", "Files of the public tree written, each with its encodings", ()),
    "feed_tree_bytes": ("gauge", "Bytes of the public tree's files named by their content", ()),
    "feed_tree_position": ("gauge", "Journal position of the public tree", ()),
    "staff_sign_ins_total": ("counter", "Sign-ins by outcome: granted, refused, limited", ("outcome",)),
    "counter_commands_total": (
        "counter",
        "Commands at the counter, by name and outcome: done, refused",
        ("command", "outcome"),
    ),
    "counter_refused_total": ("counter", "Requests to the counter answered with a problem, by code", ("code",)),
    "counter_books_seconds": ("histogram", "Time of one look into the books, or of one command", ()),
    "counter_position": ("gauge", "The books' position, as of the last command here", ()),
    "own_sign_ins_total": ("counter", "Sign-ins of customers by outcome: granted, refused, limited", ("outcome",)),
    "own_codes_total": (
        "counter",
        "Codes for customers: sent, refused, unclear, late; not sent: nobody, limited, dropped",
        ("outcome",),
    ),
    "own_refused_total": ("counter", "Requests to customers' own pages that were refused, by reason", ("code",)),
    "messages_settled_total": ("counter", "Text messages by what became of them", ("outcome",)),
    "messages_waiting": ("gauge", "Text messages that wait to be handed over, as the worker knows them", ()),
    "messages_under_way": ("gauge", "Text messages granted and not yet settled", ()),
    "jobs_reports_total": ("counter", "Situation reports written", ()),
}

EVENTS: dict[str, str] = {
    "process_started": "A process is ready. Nothing to do.",
    "process_stopped": "A process ended as asked. Nothing to do.",
    "child_ended": "The supervisor saw a process end and starts it again. If it repeats, read that process's log.",
    "child_started": "The supervisor started a process. Nothing to do.",
    "places_unreadable": "The file of places of help cannot be read; what was shown stays. Correct the file.",
    "transit_alerts_unreadable": "The file of transit alerts cannot be read; what was shown stays. Correct the file.",
    "transit_feed_unreadable": "The feed of transit alerts cannot be read; what it said last is shown with its age. "
    "If it lasts, ask who runs it, or write the alerts into the city's file.",
    "transit_feed_read": "The feed of transit alerts can be read again. Nothing to do.",
    "transit_names_unreadable": "routes.txt or stops.txt of the buses cannot be read; ids are shown. Correct it.",
    "door_unavailable": "The door's disk refused a write; customers got a busy answer. Free or repair the disk.",
    "door_unreadable": "Operations could not read a door this time and will try again. Check the disk if it repeats.",
    "partners_unreadable": "secrets.toml cannot be read, so no partner may send. Repair or restore the file.",
    "journal_unavailable": "The journal refused and will be tried again; reports wait in the doors. Check its disk or "
    "database. A machine that stands by says so here too: nothing to do.",
    "leader_fenced": "Another operations leads now; this one stops. Nothing to do.",
    "situation_restored": "Operations or feed rebuilt the situation from snapshot and journal. Nothing to do.",
    "mode_in_force": "The platform is in this mode now; the journal has who declared it and why. Nothing to do.",
    "mode_not_left": "The disk refused the file that tells intake the mode; it keeps the last one. Free the disk.",
    "snapshot_saved": "A snapshot was written. Nothing to do.",
    "hints_unavailable": "Redis is away; wake-ups are slower, nothing is lost. Start it when convenient.",
    "client_resynchronised": "A slow browser was sent a new snapshot. Nothing to do.",
    "telephony_trouble": "Calls and texts go on with less: a file they look into cannot be read. Repair it.",
    "books_unavailable": "The books refused; people were told to try again. Check their disk or database.",
    "own_codes_failed": "A code could not be sent; its asker asks again. If it repeats, read the error.",
    "own_limited": "Too many sign-ins or requests of customers from one source. If it is an attack, block it.",
    "own_sessions_failed": "The file of customers' sessions refused; people were told to try again. Check the disk.",
    "policy_wrong": "The counter does not open: a policy pack is missing or wrong. Correct the file that it names.",
    "charge_types_added": "Kinds of charge that the policy pack has were written into the books. Nothing to do.",
    "messages_refused": "The provider of text messages refuses the account; it is tried again. Check the settings.",
    "messages_failed": "The sender of text messages failed and goes on. If it repeats, read the error.",
    "public_tree_unwritable": "The disk refused the public tree; the tree before stays. Free or repair the disk.",
    "sign_in_limited": "Too many failed sign-ins for one name or address. If it is an attack, block the address.",
    "job_failed": "A background job failed and is tried again within a minute. If it repeats, read the error.",
    "situation_report_written": "A situation report was written. Nothing to do.",
    "request_failed": "A bug: one request or task failed, the process goes on. Report it with this line.",
    "library_warned": "A library warns, in its own words. Nothing to do unless it repeats.",
    "unhandled": "A bug: the process dies and is started again. Report it with this line.",
}


class Metrics:
    """The declared metrics of one process. KeyError on an undeclared name: declare it above first."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._made: dict[str, Any] = {}
        self._counters: dict[tuple[Any, ...], Any] = {}  # with their labels: finding one costs twice as much as adding

    def _get(self, name: str) -> Any:
        made = self._made.get(name)
        if made is None:
            kind, help_text, labels = METRICS[name]
            if kind == "counter":
                made = Counter(name, help_text, labels, registry=self.registry)
            elif kind == "gauge":
                made = Gauge(name, help_text, labels, registry=self.registry)
            else:
                buckets = SECONDS if name.endswith("_seconds") else (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 5000)
                made = Histogram(name, help_text, labels, registry=self.registry, buckets=buckets)
            self._made[name] = made
        return made

    def count(self, name: str, by: float = 1, **labels: str) -> None:
        """Add to a counter."""
        which = (name, *labels.items())
        counter = self._counters.get(which)
        if counter is None:
            metric = self._get(name)
            counter = self._counters[which] = metric.labels(**labels) if labels else metric
        counter.inc(by)

    def gauge(self, name: str, value: float, **labels: str) -> None:
        """Set a gauge."""
        metric = self._get(name)
        (metric.labels(**labels) if labels else metric).set(value)

    def observe(self, name: str, value: float) -> None:
        """Record one value of a histogram."""
        self._get(name).observe(value)

    def page(self) -> tuple[bytes, str]:
        """The Prometheus text page and its content type."""
        return generate_latest(self.registry), CONTENT_TYPE_LATEST


LEVELS = ("debug", "info", "warning", "error")


class Log:
    """Structured JSON lines on stderr. KeyError on an undeclared event: declare it above first.

    A few lines of our own: the libraries for this cost a third of the time in which intake must be back.
    """

    def __init__(self, process: str, level: str = "info") -> None:
        self._process = process
        self._least = LEVELS.index(level)

    def _write(self, level: str, event: str, fields: dict[str, object]) -> None:
        EVENTS[event]
        if LEVELS.index(level) < self._least:
            return
        at = datetime.now(UTC).isoformat(timespec="milliseconds")
        line = {"at": at, "level": level, "process": self._process, "event": event, **fields}
        # One write a line, so that the lines of several processes do not mix.
        sys.stderr.write(json.dumps(line, default=str) + "\n")
        sys.stderr.flush()

    def info(self, event: str, **fields: object) -> None:
        """Something ordinary happened."""
        self._write("info", event, fields)

    def warning(self, event: str, **fields: object) -> None:
        """Something an operator should know."""
        self._write("warning", event, fields)

    def error(self, event: str, **fields: object) -> None:
        """Something an operator should act on."""
        self._write("error", event, fields)

    def failed(self, event: str, error: BaseException) -> None:
        """An error by its kind and place only: its message may hold what a customer said."""
        self.error(event, error=type(error).__name__, where=traceback.format_tb(error.__traceback__))


class LibraryLog(logging.Handler):
    """What the libraries log, as our lines. A sentence without what was put into it, a failure without its message."""

    def __init__(self, log: Log) -> None:
        super().__init__(logging.WARNING)
        self._log = log

    def emit(self, record: logging.LogRecord) -> None:
        """See `logging.Handler`."""
        failure = record.exc_info[1] if record.exc_info else None
        if failure is not None:
            self._log.failed("request_failed", failure)
        else:
            self._log.warning("library_warned", library=record.name, sentence=str(record.msg)[:200])


def take_over_logs(log: Log) -> None:
    """From now on this process writes nothing but our lines: libraries' words, and what kills it, too."""
    logging.basicConfig(handlers=[LibraryLog(log)], level=logging.WARNING, force=True)
    sys.excepthook = lambda _, error, __: log.failed("unhandled", error)

    def thread_died(death: threading.ExceptHookArgs) -> None:
        if death.exc_value is not None:
            log.failed("unhandled", death.exc_value)
        os.kill(os.getpid(), signal.SIGTERM)  # a process without one of its threads does not do its work

    threading.excepthook = thread_died
