"""What the pages that intake and feed both serve have in common. They need no JavaScript; pure."""

from __future__ import annotations

import base64
import functools
import hashlib
import secrets
from importlib import resources

import jinja2
import msgspec
from markupsafe import Markup

from stormops.pages.language import offered
from stormops.pages.words import words


class PageSettings(msgspec.Struct, frozen=True, kw_only=True):
    """What differs between installations. URLs as browsers see them, without a slash at the end.

    `language` is the page's; `languages` are all that the reader may change to.
    """

    title: str
    phone: str
    intake_url: str
    feed_url: str
    language: str = "en"
    languages: tuple[str, ...] = ()


def new_key() -> str:
    """A key for one showing of the form: sent twice, it is still one report."""
    return secrets.token_urlsafe(18)


def render_page(template: str, settings: PageSettings, here: str, **values: object) -> str:
    """A whole page of a template that extends `page.html`. `here`: its own path at feed, up to where `lang=…` goes."""
    return (
        _environment()
        .get_template(template)
        .render(
            t=words(settings.language),
            settings=settings,
            here=here,
            phone=Markup('<a href="tel:{0}">{0}</a>').format(settings.phone),
            languages=[words(code) for code in offered(settings.languages or (settings.language,))],
            style=page_style(),
            **values,
        )
    )


def policy(settings: PageSettings, style: str = "") -> str:
    """The Content-Security-Policy of the page: no script, its own style, forms to intake and on to feed."""
    digest = base64.b64encode(hashlib.sha256((style or page_style()).encode()).digest()).decode()
    return (
        f"default-src 'none'; style-src 'sha256-{digest}'; img-src 'self' data:; base-uri 'none'; "
        f"form-action 'self' {settings.intake_url} {settings.feed_url}; frame-ancestors 'none'"
    )


@functools.cache
def page_style() -> str:
    """The style sheet that stands in the page itself."""
    folder = resources.files("stormops.pages")
    return "".join(folder.joinpath(name).read_text(encoding="utf-8") for name in ("form.css", "mode.css"))


def environment(*loaders: jinja2.BaseLoader) -> jinja2.Environment:
    """How all templates are read: nothing unescaped, nothing undefined passed over."""
    return jinja2.Environment(
        loader=jinja2.ChoiceLoader(loaders),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


@functools.cache
def _environment() -> jinja2.Environment:
    return environment(jinja2.PackageLoader("stormops", "pages"))
