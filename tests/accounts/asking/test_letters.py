from __future__ import annotations

from stormops.accounts.asking.asked import Typeset, Work
from stormops.accounts.asking.letters import AskLetter
from tests.accounts.asking.paper import paper


def test_the_letter_is_what_was_typeset_and_not_what_anybody_says() -> None:
    world = paper()
    asked: list[tuple[str, str]] = []

    def typeset(kind: str, about: str) -> Typeset:
        asked.append((kind, about))
        return Typeset("a1", "ht", {"title": "x"}, "c" * 64)

    work = Work(world.books, world.work.pack, world.day, typeset=typeset)
    command = AskLetter(kind="welcome", about="g-water").command(work)
    assert asked == [("welcome", "g-water")]
    assert (command.account, command.language, command.document, command.hash) == ("a1", "ht", {"title": "x"}, "c" * 64)


def test_where_nothing_is_printed_no_letter_is_issued() -> None:
    assert paper().no("issue_letter", kind="welcome", about="g-water") == "no_letters"
