"""What people write is shown as they wrote it: markup in a text is text, on every page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

import pytest
from playwright.async_api import Browser, BrowserContext
from tests.harness.console_scenes import SCENES, Look

WITHOUT_TEXTS = frozenset(("settings", "fairness", "first-password"))
"""Scenes in which nothing stands that somebody has written."""

# Whatever comes from the gateway is read by one of these two.
_HOSTILE = """(() => {
  const written = new RegExp("^(name|nameEn|furigana|gist|detail|words|matter|comment|note|text"
    + "|value|message|(title|label|greeting|body)(Ja|En)?)$");
  const markup = "<img src=x onerror='window.ran=1'><svg onload='window.ran=1'></svg>";
  const worse = (value, key) =>
    typeof value === "string" ? (written.test(key) && value ? value + markup : value)
    : Array.isArray(value) ? value.map((each) => worse(each, key))
    : value && typeof value === "object"
      ? Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, worse(inner, name)]))
      : value;
  const parse = JSON.parse;
  JSON.parse = (text, reviver) => worse(parse(text, reviver), "");
  const json = Response.prototype.json;
  Response.prototype.json = async function () { return worse(await json.call(this), ""); };
})()"""


@dataclass(frozen=True)
class Hostile:
    """A browser whose pages are told markup wherever somebody may have written something."""

    browser: Browser

    async def new_context(self, **settings: Any) -> BrowserContext:
        context = await self.browser.new_context(**settings)
        await context.add_init_script(_HOSTILE)
        return context


@pytest.mark.parametrize("scene", SCENES)
async def test_markup_in_what_people_write_is_shown_as_text_and_never_run(
    site: str, browser: Browser, scene: str
) -> None:
    hostile = cast("Browser", Hostile(browser))
    async with SCENES[scene](Look(hostile, site, "en")) as page:
        shown = "<img src=x" in await page.evaluate("document.body.innerText")
        assert shown or scene in WITHOUT_TEXTS
        assert await page.locator("img[src='x'], svg[onload]").count() == 0
        assert not await page.evaluate("window.ran")
