"""What the first customer at the desk would wait for, done before the door opens.

Templates are compiled, words read, and the books' connections and statements are there: on a cold process that is a
quarter of a second.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable

from stormops.books import warming
from stormops.books.database import BooksUnavailable, Database
from stormops.counter import rendering
from stormops.counter.own import rendering as own
from stormops.counter.words import said


def warm(database: Database, languages: Iterable[str]) -> int:
    """Do it; gives how many templates there are. Books that are away are met again by whoever asks."""
    for language in languages:
        said(language)
    compiled = 0
    for environment in (rendering.templates(), own.templates()):
        for name in environment.list_templates(extensions=["html"]):
            environment.get_template(name)
            compiled += 1
    with contextlib.suppress(BooksUnavailable):
        warming.warm(database)
    return compiled
