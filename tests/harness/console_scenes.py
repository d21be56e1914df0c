"""Every page of the console as somebody sees it in the middle of a day, made-up centre and all.

For what has to hold on each page: pictures, axe, the keyboard.
"""

from __future__ import annotations

import random
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass

from playwright.async_api import Browser, FilePayload, Locator, Page, expect
from tests.harness import desk_sample, floor_rows
from tests.harness.browser import FakeGateway, person
from tests.harness.console_sample import (
    PEOPLE,
    SampleCentre,
    page_of,
    sound,
    sound_in_part,
    waveform,
)
from tests.harness.fake_desk import Desk, at_desk
from tests.harness.fake_phone import leg
from tests.harness.plugs import HEADSET, plug
from tests.harness.wall_site import LEVELS, Wall, opened, wall

NOW = desk_sample.NOW
"""When it is on every page."""


@dataclass(frozen=True)
class Look:
    """How somebody looks at the console."""

    browser: Browser
    site: str
    language: str = "ja"
    theme: str = "light"

    def words(self, japanese: str, english: str) -> str:
        """Those of the language."""
        return japanese if self.language == "ja" else english


Scene = Callable[[Look], AbstractAsyncContextManager[Page]]


@asynccontextmanager
async def sign_in(look: Look) -> AsyncIterator[Page]:
    """Before anybody is signed in, with the demo's people."""
    async with person(look.browser, look.language, look.theme, NOW) as someone:
        page = await someone.new_page()
        await FakeGateway({"/api/session/demo": PEOPLE}, {}).serve(page)
        await page.goto(look.site)
        await page.get_by_role("button", name=look.words("佐藤 美咲", "Misaki Sato")).wait_for()
        yield page


@asynccontextmanager
async def desk(look: Look) -> AsyncIterator[Page]:
    """An operator who waits, with feedback to read."""
    async with at_desk(look.browser, look.site, look.language, look.theme) as made:
        await _connected(made, look)
        await made.concerns({"feedback": desk_sample.FEEDBACK})
        await made.page.get_by_text("復唱がとても丁寧でした。").wait_for()
        yield made.page


@asynccontextmanager
async def desk_talking(look: Look) -> AsyncIterator[Page]:
    """A call with everything in it: help that came, a question, a whisper by text."""
    async with at_desk(look.browser, look.site, look.language, look.theme) as made:
        await _connected(made, look)
        await made.is_in("TALKING")
        made.phone.tell(leg(muted=True, recordingPaused=True))
        received = desk_sample.alert("CLAIMED", supervisorId="usr_sv01", waitedMs="4000")
        await made.concerns(
            {"listener": desk_sample.LISTENER},
            {"consent": desk_sample.CONSENT},
            {"text": desk_sample.TEXT},
            {"feedback": desk_sample.FEEDBACK},
            {"alert": received},
        )
        await made.page.get_by_role("alertdialog").wait_for()
        await made.page.get_by_text("アクメ通販").first.wait_for()
        yield made.page


@asynccontextmanager
async def desk_offer(look: Look) -> AsyncIterator[Page]:
    """An offer of a caller about whom something is handed over, detail and others opened."""
    async with at_desk(look.browser, look.site, look.language, look.theme) as made:
        await _connected(made, look)
        await made.is_in("RINGING", respondBy="2026-11-22T01:03:00Z")
        made.phone.tell(leg(state="PHONE_LEG_STATE_RINGING"))
        await made.page.get_by_text(desk_sample.HANDOVER["gist"]).wait_for()
        await made.page.get_by_text(look.words("この発注企業のほか", "2 other handovers")).click()
        await made.page.get_by_text(desk_sample.OTHER_HANDOVER["gist"]).wait_for()
        yield made.page


@asynccontextmanager
async def desk_handover(look: Look) -> AsyncIterator[Page]:
    """Something to hand over, being written in the wrap-up."""
    async with at_desk(look.browser, look.site, look.language, look.theme) as made:
        await _connected(made, look)
        await made.is_in("WRAP_UP", respondBy="2026-11-22T01:05:00Z")
        await made.page.get_by_text("アクメ通販").first.wait_for()
        await made.page.keyboard.press("n")
        gist = _dialog(made.page).get_by_role("textbox", name=look.words("要点", "Gist"))
        await gist.fill("返金は済み。次は領収書だけ。")
        yield made.page


@asynccontextmanager
async def desk_keys(look: Look) -> AsyncIterator[Page]:
    """The table of keys over the desk."""
    async with desk(look) as page:
        await page.keyboard.press("?")
        await _dialog(page).wait_for()
        yield page


@asynccontextmanager
async def desk_transfer(look: Look) -> AsyncIterator[Page]:
    """To whom the customer can be given."""
    async with _called(look, "r") as page:
        await _dialog(page).get_by_role("button").nth(2).wait_for()
        yield page


@asynccontextmanager
async def desk_keypad(look: Look) -> AsyncIterator[Page]:
    """Digits that were sent to the other side."""
    async with _called(look, "t") as page:
        await _dialog(page).wait_for()
        await page.keyboard.type("4711#")
        yield page


@asynccontextmanager
async def devices(look: Look) -> AsyncIterator[Page]:
    """The check of microphone and loudspeaker."""
    async with desk(look) as page:
        await page.get_by_role("button", name=look.words("電話: ", "Phone: ")).click()
        await _dialog(page).get_by_role("meter").wait_for()
        yield page


@asynccontextmanager
async def unheard(look: Look) -> AsyncIterator[Page]:
    """A call in which the last microphone was unplugged, and the check of the devices."""
    at = at_desk(look.browser, look.site, look.language, look.theme, HEADSET)
    async with at as made:
        await _connected(made, look)
        await made.is_in("TALKING")
        made.phone.tell(leg())
        await plug(made.page)
        words = look.words("電話: 相手に声が届いていません", "Phone: Nobody hears you")
        # By the keyboard: with long names the notice lies over the button.
        await made.page.get_by_role("button", name=words).press("Enter")
        await _dialog(made.page).get_by_role("meter").wait_for()
        # Beside the words in the panel: those at the top of the page.
        told = look.words("マイクが見つかりません", "No microphone was found")
        await expect(made.page.get_by_text(told)).to_have_count(3)
        yield made.page


@asynccontextmanager
async def settings(look: Look) -> AsyncIterator[Page]:
    """Language, brightness and calendar."""
    async with _of_centre(look, "/audit", "auditor") as page:
        await page.get_by_role("button", name=look.words("渡辺 恵", "Megumi Watanabe")).click()
        await _dialog(page).get_by_role("radio").first.wait_for(state="attached")
        yield page


@asynccontextmanager
async def the_wall(look: Look) -> AsyncIterator[Page]:
    """A supervisor who whispers; two calls for help, a colleague in another call."""
    with wall(now=NOW) as made:
        async with opened(made, look.browser, look.language, look.theme, NOW) as page:
            _busy(made)
            made.hears(made.talk(0), mode="SUPERVISION_MODE_WHISPER", following=True)
            name = made.name(made.talk(0), look.language)
            await expect(page.get_by_test_id("whom")).to_contain_text(name)
            made.site.push(LEVELS, made.centre.levels(random.Random(1)))
            await page.locator(".wall-levels > *").first.wait_for()
            yield page


@asynccontextmanager
async def wall_list(look: Look) -> AsyncIterator[Page]:
    """The floor as a list, and the box for a word after a call."""
    with wall(now=NOW) as made:
        async with opened(made, look.browser, look.language, look.theme, NOW) as page:
            _busy(made)
            made.hears(made.talk(0))
            name = made.name(made.talk(0), look.language)
            await expect(page.get_by_test_id("whom")).to_contain_text(name)
            made.put({"gone": {"supervision": "spv_1"}})
            await page.locator(".wall-feedback").wait_for()
            await page.get_by_text(look.words("一覧", "List"), exact=True).click()
            await page.locator(".wall-line").first.wait_for()
            yield page


@asynccontextmanager
async def wall_training(look: Look) -> AsyncIterator[Page]:
    """The recording in the box of the call that was left, and a training to come."""
    with wall(now=NOW) as made:
        made.site.answers["/api/rpc/RecordingService/GetWaveform"] = waveform()
        async with opened(made, look.browser, look.language, look.theme, NOW) as page:
            await page.route("**/*.wav", sound_in_part)
            made.hears(made.talk(0))
            name = made.name(made.talk(0), look.language)
            await expect(page.get_by_test_id("whom")).to_contain_text(name)
            await page.get_by_role(
                "combobox", name=look.words("聴く目的", "Purpose")
            ).select_option("PURPOSE_TRAINING")
            made.put({"gone": {"supervision": "spv_1"}})
            await page.get_by_role("button", name=look.words("ここで聴く", "Listen here")).click()
            await page.get_by_role("slider").wait_for()
            yield page


@asynccontextmanager
async def wall_keys(look: Look) -> AsyncIterator[Page]:
    """The table of keys over the wall."""
    async with the_wall(look) as page:
        await page.keyboard.press("?")
        await _dialog(page).wait_for()
        yield page


@asynccontextmanager
async def recordings(look: Look) -> AsyncIterator[Page]:
    """A recording that is open at a second."""
    async with _of_centre(look, "/recordings?contact=con_1&at=40") as page:
        await page.get_by_role("slider").wait_for()
        await page.get_by_text("0:40 / 1:00").wait_for()
        yield page


@asynccontextmanager
async def reasons(look: Look) -> AsyncIterator[Page]:
    """Why customers called."""
    async with _of_centre(look, "/reasons") as page:
        await expect(page.get_by_role("img").locator("svg path").first).to_be_attached()
        yield page


@asynccontextmanager
async def fairness(look: Look) -> AsyncIterator[Page]:
    """Who was monitored how much."""
    with wall(30, NOW) as made:
        async with person(look.browser, look.language, look.theme, NOW) as someone:
            page = await someone.new_page()
            await page.goto(f"{made.site.address}/fairness")
            await page.locator("svg text").first.wait_for()
            yield page


@asynccontextmanager
async def ledger(look: Look) -> AsyncIterator[Page]:
    """An operator's own ledger."""
    async with _of_centre(look, "/ledger", "operator") as page:
        await page.get_by_role("table").wait_for()
        yield page


@asynccontextmanager
async def audit(look: Look) -> AsyncIterator[Page]:
    """Who heard whom."""
    async with _of_centre(look, "/audit", "auditor") as page:
        await expect(page.get_by_role("row")).to_have_count(7)
        yield page


@asynccontextmanager
async def flows(look: Look) -> AsyncIterator[Page]:
    """A flow as a graph."""
    async with _of_centre(look, "/flows") as page:
        await expect(page.locator(".react-flow__node")).to_have_count(20)
        yield page


@asynccontextmanager
async def flows_list(look: Look) -> AsyncIterator[Page]:
    """A flow as a list of steps."""
    async with flows(look) as page:
        await page.get_by_text(look.words("一覧", "List"), exact=True).click()
        await page.get_by_role(
            "list", name=look.words("ステップの一覧", "List of steps")
        ).wait_for()
        yield page


@asynccontextmanager
async def flows_publish(look: Look) -> AsyncIterator[Page]:
    """What would change, before it is published."""
    async with flows(look) as page:
        await page.get_by_role("textbox", name=look.words("フロー（YAML）", "Flow (YAML)")).focus()
        await page.keyboard.press("Control+End")
        await page.keyboard.type("  busy: {kind: hang_up}\n")
        await page.get_by_role("button", name=look.words("公開する…", "Publish…")).press("Enter")
        await _dialog(page).get_by_text("busy").wait_for()
        yield page


@asynccontextmanager
async def flows_fault(look: Look) -> AsyncIterator[Page]:
    """A flow that lacks two sounds, each at its step."""
    centre = SampleCentre("manager")
    told = (
        "source: line 16: steps.menu.again: the request gives no prompt 'again'\n"
        "line 81: steps.sorry.prompt: the request gives no prompt 'sorry'"
    )
    centre.refusals["/api/rpc/CallreasonService/CheckFlow"] = (400, "", told)
    async with _of_centre(look, "/flows", centre=centre) as page:
        await page.get_by_role(
            "button", name=look.words("確認してテストを実行", "Check and run tests")
        ).click()
        await page.get_by_role("alert").wait_for()
        yield page


@asynccontextmanager
async def flows_sounds(look: Look) -> AsyncIterator[Page]:
    """All of the company's sounds, one with earlier versions."""
    async with flows(look) as page:
        await page.get_by_text(look.words("音声", "Sounds"), exact=True).click()
        only = look.words("このフローが使うものだけ", "Only those of this flow")
        await page.get_by_role("switch", name=only).press("Space")
        await page.get_by_text(look.words("以前の版", "2 earlier versions")).click()
        yield page


@asynccontextmanager
async def flows_upload(look: Look) -> AsyncIterator[Page]:
    """A sound that was refused, with what was wrong."""
    centre = SampleCentre("manager")
    wrong = (400, "NOT_8_KHZ", "wav: 8000 Hz are needed, not 44100")
    centre.refusals["/api/prompts/cli_acme/menu"] = wrong
    async with _of_centre(look, "/flows", centre=centre) as page:
        await page.get_by_text(look.words("音声", "Sounds"), exact=True).click()
        await page.get_by_role("button", name=look.words("音声を登録…", "Add a sound…")).click()
        dialog = _dialog(page)
        await dialog.get_by_role("textbox", name=look.words("名前", "Name")).fill("menu")
        file: FilePayload = {
            "name": "menu.wav",
            "mimeType": "audio/wav",
            "buffer": sound()[:100_000],
        }
        await dialog.locator("input[type=file]").set_input_files(file)
        put = look.words("登録する", "Upload")
        await dialog.get_by_role("button", name=put, exact=True).click()
        await dialog.get_by_role("alert").wait_for()
        yield page


@asynccontextmanager
async def handovers(look: Look) -> AsyncIterator[Page]:
    """What is handed over and not done, the overdue first."""
    async with _of_centre(look, "/handovers", "supervisor") as page:
        await page.get_by_role("table").wait_for()
        yield page


@asynccontextmanager
async def accounts(look: Look) -> AsyncIterator[Page]:
    """Who may sign in."""
    async with _of_centre(look, "/accounts") as page:
        await page.get_by_text("usr_op01").wait_for()
        yield page


@asynccontextmanager
async def account_form(look: Look) -> AsyncIterator[Page]:
    """A new account."""
    async with accounts(look) as page:
        await page.get_by_role("button", name=look.words("追加", "Add")).click()
        await _dialog(page).wait_for()
        yield page


@asynccontextmanager
async def own(look: Look) -> AsyncIterator[Page]:
    """One's own account."""
    async with _of_centre(look, "/own", "operator") as page:
        await page.get_by_role("table").wait_for()
        yield page


@asynccontextmanager
async def first_password(look: Look) -> AsyncIterator[Page]:
    """Before the first page of somebody whose password another set."""
    async with person(look.browser, look.language, look.theme, NOW) as someone:
        page = await someone.new_page()
        centre = SampleCentre("operator")
        session = centre.answers["/api/session"]
        assert isinstance(session, dict)
        session["passwordIsInitial"] = True
        await page_of(page, look.site, "/desk", centre)
        await page.locator("form").wait_for()
        yield page


SCENES: dict[str, Scene] = {
    "sign-in": sign_in,
    "desk": desk,
    "desk-talking": desk_talking,
    "desk-offer": desk_offer,
    "desk-handover": desk_handover,
    "desk-keys": desk_keys,
    "desk-transfer": desk_transfer,
    "desk-keypad": desk_keypad,
    "devices": devices,
    "unheard": unheard,
    "settings": settings,
    "wall": the_wall,
    "wall-list": wall_list,
    "wall-training": wall_training,
    "wall-keys": wall_keys,
    "recordings": recordings,
    "reasons": reasons,
    "fairness": fairness,
    "ledger": ledger,
    "audit": audit,
    "flows": flows,
    "flows-list": flows_list,
    "flows-publish": flows_publish,
    "flows-fault": flows_fault,
    "flows-sounds": flows_sounds,
    "flows-upload": flows_upload,
    "handovers": handovers,
    "accounts": accounts,
    "account-form": account_form,
    "own": own,
    "first-password": first_password,
}
"""Name -> a page as it stands."""


@asynccontextmanager
async def _of_centre(
    look: Look, path: str, role: str = "manager", centre: SampleCentre | None = None
) -> AsyncIterator[Page]:
    async with person(look.browser, look.language, look.theme, NOW) as someone:
        page = await someone.new_page()
        await page_of(page, look.site, path, centre or SampleCentre(role))
        yield page


@asynccontextmanager
async def _called(look: Look, key: str) -> AsyncIterator[Page]:
    """A desk in a call, after a key."""
    async with at_desk(look.browser, look.site, look.language, look.theme) as made:
        await _connected(made, look)
        await made.is_in("TALKING")
        made.phone.tell(leg())
        await expect(
            made.page.get_by_role("button", name=look.words("保留", "Hold"))
        ).to_be_enabled()
        await made.page.keyboard.press(key)
        yield made.page


async def _connected(made: Desk, look: Look) -> None:
    words = look.words("電話: つながっています", "Phone: Connected")
    await made.page.get_by_role("button", name=words).wait_for()


def _dialog(page: Page) -> Locator:
    return page.get_by_role("dialog")


def _busy(made: Wall) -> None:
    """Two calls for help, one claimed; a colleague who talks with a customer."""
    claimed = {"state": "FLOOR_ALERT_STATE_CLAIMED", "supervisorId": "usr_sv02"}
    barges = {"supervisorId": "usr_sv02", "mode": "SUPERVISION_MODE_BARGE"}
    made.put(
        floor_rows.alert("alt_1", made.talk(3), made.now),
        floor_rows.alert("alt_2", made.talk(6), made.now, **claimed),
        floor_rows.supervision("spv_2", made.talk(2), made.now, **barges),
    )
