"""What a person is told whose sign-in was refused: the same words on the page and in the answer to a program."""

REFUSALS = {
    "wrong_password": "That name and password do not belong together.",
    "too_many_attempts": "Too many failed attempts. Wait a little and try again.",
    "unavailable": "Nothing can be saved just now. Try again in a little while.",
    "busy": "Many people are signing in. Try again in a few seconds.",
    "elsewhere": "Sign in at the staff's own address.",
    "origin": "Sign in from the platform's own page.",
    "incomplete": "Name and password are needed.",
}
"""Sentence by the code of the refusal (`staff.web`)."""
