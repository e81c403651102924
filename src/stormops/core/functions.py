"""What the platform itself does, and how well in each mode: the functions that its routes serve.

The columns of levels are normal, watch, storm, surge, island; the last word holds for the rest.
"""

from __future__ import annotations

from stormops.core.levels import Criticality, row

_P0, _P1, _P2, _P3 = Criticality

PLATFORM = (
    row("report", "Report an outage", _P0, "full", "Taken at any time, by any channel."),
    row("safety_report", "Report a danger or a medical need", _P0, "full", "First in every queue, at any time."),
    row("desk_report", "Enter a caller's report", _P0, "full", "Staff type what a caller says, at any time."),
    row("telephony", "Report and ask by call or text message", _P0, "full", "The lines answer at any time."),
    row("open311", "Report through Open311", _P0, "full", "Other cities' apps report as our own form does."),
    row("open311_reads", "Read requests through Open311", _P2, "full full full suspend", "Lists stop in a surge."),
    row("meters", "Take events of meters and devices", _P1, "full", "A head-end that is told to wait sends again."),
    row("partners", "Take partners' batches of reports", _P1, "full", "One answer a batch, once all of it is on disk."),
    row("status", "Status by receipt", _P1, "full", "What became of a report, for who has its receipt."),
    row("counter_actions", "Customer accounts, what staff do", _P2, "full", "Each duty has a level of its own."),
    row("counter_reads", "Customer accounts, what staff look at", _P2, "full", "Read where the accounts are."),
    row(
        "counter_reports", "Reports on the accounts", _P3, "full full full suspend", "Look back when the surge is over."
    ),
    row("own_sign_in", "Customers sign in to their account", _P2, "full", "Bounded, so never in staff's way."),
    row("own_account", "Customers read their account", _P3, "full", "Bills and their use have a row of their own."),
    row("own_arrangement", "Customers arrange payment", _P2, "full", "The duty has a level of its own."),
    row("own_requests", "Customers ask for service", _P2, "full", "A number at once; duties have their own level."),
    row("messages", "Sign up for text messages", _P2, "full", "Kept at the door; texts follow at the sender's pace."),
    row("report_page", "The report form and its status pages", _P1, "full", "They need no script and no picture."),
    row("public_map", "Public map and table", _P2, "full full full snapshot", "The last copy, with its age."),
    row("public_live", "Public live updates", _P2, "full full full lean", "In a surge a few seconds apart."),
    row(
        "public_tree",
        "Public map as files",
        _P2,
        "full full full lean snapshot",
        "Rarer in a surge, never away.",
    ),
    row("map_layers", "Streets and areas of the map", _P2, "full", "Fixed files, kept by browsers."),
    row("static", "Scripts, styles and pictures", _P2, "full", "Fixed files, kept by browsers."),
    row("config", "What a page needs to know of the city", _P1, "full", "A few fixed words."),
    row("desk_live", "Storm desk, live", _P0, "full", "The desk's own picture; bounded by who is signed in."),
    row("desk_reads", "Storm desk, details", _P1, "full", "Incidents and reports in full."),
    row("desk_actions", "Storm desk, decisions", _P0, "full", "Confirm, restore, place, acknowledge."),
    row("mode_switch", "Declare a mode", _P0, "full", "A person can always tighten or relax."),
    row("premises_search", "Find a premise", _P1, "full", "Needed while a caller waits."),
    row("sign_in", "Sign in and out", _P1, "full", "Costly by design, so never before a report."),
    row("situation_reports", "Situation reports", _P2, "full", "Made by the worker, from the last copy."),
    row("time_travel", "The desk at a past moment", _P3, "full full full suspend", "Look back when the surge is over."),
    row("exports", "Exports for other offices", _P3, "full full suspend", "Written again when the storm is over."),
    row("api_description", "The API's description", _P3, "full full full suspend", "Read it on a quiet day."),
    row("health", "Health and readiness", _P0, "full", "What the supervisor and the balancer ask."),
    row("metrics", "Metrics", _P1, "full", "What the operators watch the platform by."),
)
"""One row a function of today's platform. `admission` names a route's function by these."""
