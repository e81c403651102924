"""Customer and transit duties, and how well each is done in each mode.

The rows stand before their code does: the mode that a storm declares must say today what a desk may
promise. Levels in a storm follow the degraded-mode table of the accounts and transit paper; watch is
as normal everywhere (it refreshes copies and lengthens sessions), and island has no billing system.
"""

from __future__ import annotations

from stormops.core.levels import Criticality, row

_P0, _P1, _P2, _P3 = Criticality

ACCOUNTS = (
    row("service_start", "Start or transfer service", _P2, "full full queue", "A receipt now, the account later."),
    row("service_stop", "Stop service", _P2, "full full queue", "The final bill keeps the date asked for."),
    row("contact_update", "Change phone, mail or language", _P1, "full", "Storm messages depend on it."),
    row("account_review", "Review an account", _P2, "full full snapshot", "Read as of the last copy."),
    row("account_case", "Open a review case", _P3, "full full queue", "History is not urgent."),
    row("billing_history", "Billing history at the desk", _P2, "full full snapshot", "Read as of the last copy."),
    row("billing_history_web", "Billing history on the web", _P3, "full full suspend", "The first read to be dimmed."),
    row("escalation_safety", "Escalate danger and medical need", _P0, "full", "Its clock never stops."),
    row("escalation", "Escalate anything else", _P2, "full full queue", "A callback is promised for the recovery."),
    row("outage_at_account", "Outage at an account's premise", _P1, "full", "Needs no billing system."),
    row("meter_release", "Release a meter", _P1, "full full stand_in", "Inspected now, permit owed, with an end."),
    row("provisional_address", "Use an address before it exists", _P0, "full full lean", "Words and a point will do."),
    row("official_address", "Create a service address", _P2, "full full queue", "Never in a report's way."),
    row("deposit_new", "Deposit of a new business", _P2, "full full queue", "Computed when the storm is over."),
    row("deposit_recovery", "Energise who feeds the recovery", _P1, "full full stand_in", "Now; deposit billed."),
    row("deposit_review", "Review deposits", _P3, "full full suspend", "No deposit is raised in a storm."),
    row("multi_unit_setup", "Set up a building of many units", _P3, "full full queue suspend", "Waits for documents."),
    row("multi_unit_roster", "Roster of a building's units", _P2, "full full snapshot", "Which units, who is medical."),
    row("walk_in", "Serve a visitor", _P1, "full full lean", "The building may be closed; tickets by phone and web."),
    row("cash_payment", "Take cash or a cheque", _P1, "full full stand_in", "Numbered receipts, posted later."),
    row("card_payment", "Take a card", _P2, "full full full full suspend", "If the processor answers; never kept."),
    row("adjustment", "Adjust one account", _P2, "full full queue", "With its evidence, decided later."),
    row("mass_waiver", "Waive for everybody in the storm", _P1, "full", "One signature, one formula."),
    row("balance_transfer", "Move a balance", _P3, "full full queue", "Decided later."),
    row("bankruptcy_notice", "Take notice of a bankruptcy", _P1, "full", "The legal stop is immediate."),
    row("bankruptcy_split", "Split an account at its petition", _P2, "full full queue", "Bar dates never slip."),
    row("agency_placement", "Place debt with an agency", _P3, "full full hold", "Who paid may not be posted yet."),
    row("agency_recall", "Recall debt from an agency", _P2, "full", "Always allowed."),
    row("rebate", "Apply for a rebate", _P3, "full full queue", "Deadlines wait for the mode's length."),
    row("rebate_payment", "Pay a rebate", _P3, "full full suspend", "After the storm."),
    row("loan_balance", "Loan balance and payoff", _P2, "full full snapshot", "Last copy and a day's interest."),
    row("loan_application", "Apply for a loan", _P3, "full full queue", "Decided later."),
    row("loan_disbursement", "Disburse a loan", _P3, "full full suspend", "After the storm."),
    row("loan_default", "Call a loan in default", _P3, "full full hold", "Instalments are billed, nobody is dunned."),
    row("refund_request", "Ask for a refund", _P2, "full full queue", "Hardship goes to two supervisors."),
    row("refund_issue", "Issue a refund", _P3, "full full suspend", "Balances are wrong until all is posted."),
    row("refund_hardship", "Issue a refund in hardship", _P2, "full", "Two supervisors approved it."),
    row("payment_arrangement", "Extend a due date", _P1, "full full stand_in", "Within limits set beforehand."),
    row("late_fee", "Charge a late fee", _P3, "full full hold", "Not before every queue is empty."),
    row("disconnect", "Disconnect for non-payment", _P3, "full full hold", "One switch for the whole city."),
    row("weather_hold", "Hold cuts in heat or frost", _P1, "full", "Declared and lifted by people."),
    row("reconnect", "Reconnect who was cut wrongly or is medical", _P0, "full", "At any time."),
    row(
        "qa_scoring",
        "Score interactions",
        _P3,
        "full full suspend",
        "Recordings stay; a sample is scored after.",
    ),
    row("audit_detection", "Find doubtful transactions", _P2, "full", "Cheap, and beside the line."),
    row("audit_disposition", "Decide on doubtful transactions", _P3, "full full queue", "All stand-ins are reviewed."),
    row("corrective_action", "Follow corrective actions", _P3, "full full suspend", "Their clocks stop."),
    row("deficiency_note", "Note what went wrong", _P2, "full", "One key at the desk."),
    row("deficiency_analysis", "Study what went wrong", _P3, "full full suspend", "After the storm."),
    row("customer_contact", "Answer in person, by phone, online", _P1, "full full lean", "Short menus, same answers."),
    row("storm_role", "Give a person a storm role", _P1, "full", "It ends with the mode; money never widens."),
    row("policy_lookup", "Look a policy up", _P2, "full full snapshot", "A copy at each desk."),
    row("mode_dashboard", "Reports on the storm itself", _P1, "full", "What the mode switched, and when."),
    row("ad_hoc_report", "Any other report", _P3, "full full suspend", "Heavy reads wait."),
    row("public_records", "Public records requests", _P3, "full full queue", "Taken with a receipt."),
    row("shift_handover", "Hand a shift over", _P1, "full", "Both accept; open promises move on."),
    row("other_task", "Any other duty", _P3, "full full queue", "With an owner and a day."),
)
"""Account and service duties, and the quality and programme duties beside them."""

TRANSIT = (
    row("route_information", "Routes and next buses", _P2, "full full lean", "Alerts before timetables."),
    row("transit_alerts", "Suspended and detoured service", _P1, "full", "They outrank every timetable."),
    row("pass_sale", "Sell a pass", _P2, "full full stand_in", "From blocks signed beforehand."),
    row("pass_extension", "Lengthen passes by days without buses", _P2, "full full queue", "One event for all."),
    row("trip_planner", "Plan a trip", _P3, "full full lean", "Tables from hub to hub; never a suspended line."),
    row("paratransit_life", "Rides to life-sustaining care", _P0, "full", "When buses stop each rider is called."),
    row("paratransit_cancel", "Cancel a ride of today", _P1, "full", "Never a no-show when the agency cancels."),
    row("paratransit_booking", "Book a ride", _P1, "full full lean", "No ride is promised on a day without service."),
    row("paratransit_application", "Apply for paratransit", _P2, "full full queue", "The 21-day clock runs on."),
    row("lost_property", "Lost property", _P3, "full full queue", "Taken with a receipt."),
)
"""Transit duties."""
