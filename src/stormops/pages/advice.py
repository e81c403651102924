"""What to do until help comes, for symptoms that endanger life.

After the advice of the (US) Electrical Safety Foundation and the pipeline safety administration:
distance from a wire first, no spark and no phone near gas.
"""

from __future__ import annotations

from stormops.core.report import Report, Symptom

ADVICE: dict[Symptom, str] = {
    Symptom.WIRE_DOWN: (
        "Stay at least 25 feet (8 m) away from the wire and from anything that it touches, even if it is silent. "
        "Call 911 now. If a wire lies on your car, stay inside and call 911."
    ),
    Symptom.POLE_DOWN: (
        "Stay at least 25 feet (8 m) away from the pole and its wires. "
        "Call 911 if anybody is hurt or the road is blocked."
    ),
    Symptom.GAS_ODOUR: (
        "Leave now, and take everybody with you. Touch no switch, light no flame, start no car. "
        "Call 911 from outside, well away from the building."
    ),
}
"""The sentences for each symptom; other symptoms have none."""

MEDICAL = "If somebody needs medical help now, call 911. Use a back-up power source or go where there is power."


def advice(report: Report) -> str | None:
    """The sentences for this report, None when it endangers nobody."""
    sentences = [ADVICE[report.symptom]] if report.symptom in ADVICE else []
    if report.medical:
        sentences.append(MEDICAL)
    return " ".join(sentences) or None
