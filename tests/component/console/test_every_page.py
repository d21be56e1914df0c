"""What has to hold on every page: nothing serious for axe, everything by keyboard alone."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from playwright.async_api import Browser, Page
from tests.harness.browser import findings
from tests.harness.console_scenes import SCENES, Look

TABS_MOST = 400
"""Presses of Tab within which one has been everywhere."""

# The controls are what takes the focus; a group of radio buttons is one, arrows move within it.
# What only a click works on is none: the graph of a flow is said by its list.
_LOOK = """async () => {
  const INTERACTIVE = "a[href], button, input, select, textarea, summary, [tabindex]";
  const NATIVE = new Set(["A", "BUTTON", "INPUT", "SELECT", "TEXTAREA", "SUMMARY"]);
  const open = [...document.querySelectorAll("[role=dialog]")].at(-1);
  const root = open?.getAttribute("aria-modal") === "true" ? open : document;
  const REACT = "__reactProps$";
  const props = (node) => node[Object.keys(node).find((key) => key.startsWith(REACT))] ?? {};
  const hidden = (node) => node.closest("[aria-hidden=true], [inert]");
  const drawn = (node) => node.checkVisibility({ visibilityProperty: true }) && !hidden(node);
  const rolls = (overflow) => overflow === "auto" || overflow === "scroll";
  const scrolls = (node) => {
    const { overflowX, overflowY } = getComputedStyle(node);
    const down = node.scrollHeight - node.clientHeight;
    const right = node.scrollWidth - node.clientWidth;
    return down > 1 || right > 1 || rolls(overflowX) || rolls(overflowY);
  };
  const listens = (node) => node && (props(node).onKeyDown || listens(node.parentElement));
  const round = (node) => [node, node.parentElement, ...node.parentElement.children];
  const look = (node) => round(node).map((each) => {
    const style = getComputedStyle(each);
    const { outlineStyle, outlineWidth, boxShadow, borderColor, backgroundColor } = style;
    return [outlineStyle, outlineWidth, boxShadow, borderColor, backgroundColor].join(" ");
  }).join("|");
  const chosen = (node) => root.querySelector(`input[name="${node.name}"]:checked`) ?? node;
  const group = (node) => node.type === "radio" ? chosen(node) : node;
  const found = [...root.querySelectorAll(INTERACTIVE)]
    .filter((node) => node.tabIndex >= 0 && !node.disabled && drawn(node));
  const controls = [...new Set(found.map(group))];
  const clicked = [...root.querySelectorAll("*")].filter((node) =>
    props(node).onClick && drawn(node)
    && !node.closest(INTERACTIVE) && !node.querySelector(INTERACTIVE)
    && !node.closest(".react-flow, label, [role=grid]"));
  const drawnAnew = () => new Promise((done) =>
    requestAnimationFrame(() => requestAnimationFrame(done)));
  document.activeElement.blur();
  // However short a transition is: what had the focus still looks like it before the next frame.
  await drawnAnew();
  window.looks = controls.map(look);
  window.focused = async () => {
    await drawnAnew();
    const node = document.activeElement;
    const at = controls.indexOf(node);
    return { at, seen: at < 0 || look(node) !== window.looks[at] };
  };
  const told = (node) => `${node.computedRole} ${JSON.stringify(node.computedName)}`;
  const begin = (node) => node.outerHTML.slice(0, 200);
  const works = (node) => NATIVE.has(node.tagName) || listens(node) || scrolls(node);
  return {
    controls: controls.map(told),
    nameless: controls.filter((node) => !node.computedName.trim()).map(begin),
    dead: controls.filter((node) => !works(node)).map(told),
    mouseOnly: clicked.map(begin),
  };
}"""


@dataclass(frozen=True)
class Walk:
    """What a walk by Tab through a page came to."""

    unreached: list[str]
    unseen: list[str]
    """Controls that look the same with the focus as without it."""


async def _walk(page: Page, controls: list[str]) -> Walk:
    reached: set[int] = set()
    unseen: set[int] = set()
    for _ in range(TABS_MOST):
        await page.keyboard.press("Tab")
        focused = await page.evaluate("window.focused()")
        if focused["at"] >= 0:
            reached.add(focused["at"])
            if not focused["seen"]:
                unseen.add(focused["at"])
        if len(reached) == len(controls):
            break
    return Walk(
        [name for at, name in enumerate(controls) if at not in reached],
        [controls[at] for at in sorted(unseen)],
    )


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("scene", SCENES)
async def test_axe_finds_nothing_serious_in_light_nor_after_dusk(
    site: str, browser: Browser, scene: str, language: str
) -> None:
    async with SCENES[scene](Look(browser, site, language, "light")) as page:
        assert await findings(page) == []
        await page.emulate_media(color_scheme="dark")
        await page.locator("html[data-mantine-color-scheme=dark]").wait_for()
        # Colours that are still on their way to the dark are not what one reads.
        await page.evaluate("Promise.allSettled(document.getAnimations().map((it) => it.finished))")
        assert await findings(page) == []


@pytest.mark.parametrize("scene", SCENES)
async def test_every_control_has_a_name_and_is_reached_and_seen_by_keyboard_alone(
    site: str, browser: Browser, scene: str
) -> None:
    async with SCENES[scene](Look(browser, site, "en")) as page:
        await page.emulate_media(reduced_motion="reduce")
        found = await page.evaluate(_LOOK)
        assert found["controls"]
        assert found["nameless"] == []
        assert found["dead"] == []
        assert found["mouseOnly"] == []
        assert await _walk(page, found["controls"]) == Walk([], [])
