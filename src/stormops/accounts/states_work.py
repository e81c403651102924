"""Lives of work: commands, visits, escalations, promises, cases, quality reviews, findings, tasks, hand-overs."""

from __future__ import annotations

from stormops.accounts.states import Machine

COMMAND = Machine(
    "command",
    "received",
    {
        "received": {"accept": "accepted", "refuse": "refused"},
        "accepted": {"stand_in": "stood_in", "queue": "queued"},
        "stood_in": {"queue": "queued"},
        "queued": {"start": "posting"},
        "posting": {"post": "posted", "conflict": "conflict", "requeue": "queued"},
        "conflict": {"post": "posted", "decline": "declined", "compensate": "compensated"},
        "posted": {},
        "declined": {},
        "compensated": {},
        "refused": {},
    },
)
"""From durable to done. Accepted means a receipt was given; a conflict waits for a person."""

SENTENCES: dict[str, dict[str, str]] = {
    "received": {
        "en": "We have your request.",
        "es": "Tenemos su solicitud.",
        "ht": "Nou gen demann ou an.",
    },
    "accepted": {
        "en": "Your request is accepted. Keep the receipt number.",
        "es": "Su solicitud fue aceptada. Guarde el número de recibo.",
        "ht": "Nou aksepte demann ou an. Kenbe nimewo resi a.",
    },
    "stood_in": {
        "en": "It is granted now and will be entered in your account after the storm.",
        "es": "Está concedido desde ahora y se anotará en su cuenta después de la tormenta.",
        "ht": "Nou ba ou li kounye a, e n ap mete l nan kont ou apre tanpèt la.",
    },
    "queued": {
        "en": "It waits to be entered in your account, in the order of receipt.",
        "es": "Espera a ser anotada en su cuenta, en el orden de llegada.",
        "ht": "L ap tann pou l antre nan kont ou, nan lòd nou te resevwa l.",
    },
    "posting": {
        "en": "It is being entered in your account.",
        "es": "Se está anotando en su cuenta.",
        "ht": "N ap antre l nan kont ou kounye a.",
    },
    "posted": {
        "en": "It is entered in your account.",
        "es": "Está anotada en su cuenta.",
        "ht": "Li antre nan kont ou.",
    },
    "conflict": {
        "en": "Your account changed meanwhile. A person is looking at it and will contact you.",
        "es": "Su cuenta cambió entretanto. Una persona lo está revisando y se comunicará con usted.",
        "ht": "Kont ou chanje pandan tan sa a. Yon moun ap gade sa e l ap kontakte ou.",
    },
    "declined": {
        "en": "It was declined. We will tell you why, and what you can do.",
        "es": "Fue rechazada. Le diremos por qué y qué puede hacer.",
        "ht": "Nou refize l. N ap di ou poukisa, ak sa ou ka fè.",
    },
    "compensated": {
        "en": "It could not stand as it was; a correction is in your account.",
        "es": "No pudo mantenerse como estaba; hay una corrección en su cuenta.",
        "ht": "Li pa t ka rete jan l te ye a; gen yon koreksyon nan kont ou.",
    },
    "refused": {
        "en": "It was not accepted. Nothing was changed.",
        "es": "No fue aceptada. No se cambió nada.",
        "ht": "Nou pa aksepte l. Anyen pa chanje.",
    },
}
"""What a customer reads of a command in each state, by language."""

VISIT = Machine(
    "visit",
    "waiting",
    {
        "waiting": {"call": "called", "leave": "left", "move_to_phone": "moved"},
        "called": {"serve": "serving", "call": "called", "miss": "missed"},
        "missed": {"return": "waiting", "leave": "left"},
        "serving": {"finish": "done", "pass_on": "waiting"},
        "done": {},
        "left": {},
        "moved": {},
    },
)
"""A ticket of the walk-in centre; when the building closes it becomes a telephone's."""

ESCALATION = Machine(
    "escalation",
    "open",
    {
        "open": {"acknowledge": "in_hand", "raise": "open", "assign": "open"},
        "in_hand": {"resolve": "resolved", "raise": "open", "assign": "in_hand"},
        "resolved": {"close": "closed", "reopen": "open"},
        "closed": {},
    },
)
"""An issue above the desk, with an owner and a time."""

PROMISE = Machine(
    "promise",
    "made",
    {
        "made": {"keep": "kept", "miss": "missed", "pass_on": "made", "withdraw": "withdrawn"},
        "missed": {"keep": "kept_late", "pass_on": "missed"},
        "kept": {},
        "kept_late": {},
        "withdrawn": {},
    },
)
"""What a customer was told would happen; it moves to the next owner at a hand-over."""

CASE = Machine(
    "review case",
    "open",
    {
        "open": {"record_findings": "found", "withdraw": "withdrawn"},
        "found": {"record_findings": "found", "close": "closed", "reopen": "open"},
        "closed": {},
        "withdrawn": {},
    },
)
"""A complex review of an account: a timeline, findings, a recomputation. A dispute is one that stops a cut."""

FINDING = Machine(
    "finding",
    "open",
    {
        "open": {"plan": "planned", "dismiss": "dismissed"},
        "planned": {"complete": "done", "plan": "planned"},
        "done": {"verify": "verified", "reopen": "planned"},
        "verified": {},
        "dismissed": {},
    },
)
"""A doubtful transaction or a deficient process, and its corrective action; verified by another than its owner."""

QA_REVIEW = Machine(
    "quality review",
    "drawn",
    {
        "drawn": {"score": "scored", "drop": "dropped"},
        "scored": {"accept": "accepted", "dispute": "disputed"},
        "disputed": {"uphold": "accepted", "overturn": "drawn"},
        "accepted": {},
        "dropped": {},
    },
)
"""Of a contact, drawn by a sample that can be drawn again; a dispute is settled by another than who scored."""

SERVICE_REQUEST = Machine(
    "service request",
    "received",
    {
        "received": {"take": "in_hand", "decline": "declined", "cancel": "cancelled"},
        "in_hand": {"complete": "done", "decline": "declined", "put_back": "received"},
        "done": {},
        "declined": {},
        "cancelled": {},
    },
)
"""A customer's wish to start, stop or move service; theirs to cancel until somebody has begun with it."""

LETTER = Machine(
    "letter",
    "issued",
    {"issued": {"void": "voided"}, "voided": {}},
)
"""A letter that was printed; one that should not have been is voided, and stays in the history."""

TASK = Machine(
    "task",
    "open",
    {
        "open": {"complete": "done", "pass_on": "open", "cancel": "cancelled"},
        "done": {},
        "cancelled": {},
    },
)
"""Anything else that is to be done, with an owner and a time."""

RECORDS_REQUEST = Machine(
    "records request",
    "received",
    {
        "received": {"prepare": "prepared", "deny": "denied", "withdraw": "withdrawn"},
        "prepared": {
            "prepare": "prepared",
            "release": "released",
            "put_back": "received",
            "deny": "denied",
            "withdraw": "withdrawn",
        },
        "released": {},
        "denied": {},
        "withdrawn": {},
    },
)
"""Somebody asks for public records; who prepares the export does not release it."""

HAND_OVER = Machine(
    "hand-over",
    "offered",
    {
        "offered": {"accept": "accepted", "refuse": "refused", "withdraw": "withdrawn"},
        "accepted": {},
        "refused": {},
        "withdrawn": {},
    },
)
"""Of a shift: signed by who leaves, accepted or refused as a whole by who comes."""
