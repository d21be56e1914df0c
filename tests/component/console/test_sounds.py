"""A flow's sounds in its editor: what is missing is put, heard, replaced, and published."""

from __future__ import annotations

from playwright.async_api import Browser, FilePayload, Page, expect
from tests.harness.browser import findings, person
from tests.harness.console_sample import SampleCentre, page_of
from tests.unit.media.sounds import wav

CHECK, PUBLISH = "/api/rpc/CallreasonService/CheckFlow", "/api/rpc/CallreasonService/PublishFlow"
SORRY, MENU = "/api/prompts/cli_acme/sorry", "/api/prompts/cli_acme/menu"
NEW = "9" * 64
# One that gives no sound at all, not even silence: what is recorded holds nothing.
MUTE_MICROPHONE = """
navigator.mediaDevices.getUserMedia = async () =>
  new MediaStream([new MediaStreamTrackGenerator({ kind: "audio" })]);
"""
STEREO = wav(5 * 44_100, rate_hz=44_100, channels=2)


def file(content: bytes) -> FilePayload:
    return {"name": "sorry.wav", "mimeType": "audio/wav", "buffer": content}


async def chosen(page: Page, content: bytes) -> None:
    """Chooses a file in the dialog and sends it off by the keyboard."""
    dialog = page.get_by_role("dialog")
    await dialog.locator("input[type=file]").set_input_files(file(content))
    await dialog.get_by_role("button", name="Upload", exact=True).press("Enter")


async def test_a_missing_sound_is_put_at_its_step_and_the_flow_is_checked_again(
    site: str, browser: Browser
) -> None:
    async with person(browser, "en") as someone:
        page = await someone.new_page()
        centre = SampleCentre("manager")
        lacks = "source: line 81: steps.sorry.prompt: the request gives no prompt 'sorry'"
        centre.refusals[CHECK] = (400, "", lacks)
        centre.answers[CHECK] = {"flowId": "flw_acme", "testsPassed": 8, "warnings": []}
        centre.answers[SORRY] = {"sha256": NEW, "lengthMs": 100, "version": 1}
        await page_of(page, site, "/flows", centre)
        await page.get_by_role("button", name="Check and run tests").press("Enter")
        alert = page.get_by_role("alert")
        await expect(alert).to_contain_text("The sound “sorry” is missing")
        put = page.get_by_role("button", name="Upload…: sorry")
        # In the result of the check, and at its step in the graph; the list says it too.
        await expect(put).to_have_count(2)
        await page.get_by_text("List", exact=True).click()
        step = page.get_by_role("listitem").filter(has_text="to line 81").first
        await step.get_by_role("button", name="Upload…: sorry").press("Enter")
        dialog = page.get_by_role("dialog")
        await expect(dialog).to_contain_text("8 kHz, 16 bit, one channel")
        await expect(dialog).to_contain_text("at most 120 seconds and 2 MB")
        assert await findings(page) == []
        del centre.refusals[CHECK]
        await chosen(page, wav())
        await expect(page.get_by_text("8 test cases passed")).to_be_visible()
        await expect(dialog).to_be_hidden()
        assert centre.sounds == [(SORRY, wav())]
        assert centre.last(CHECK)["prompts"]["sorry"] == NEW
        await expect(page.get_by_text("edited, not published")).to_be_visible()


async def test_what_is_wrong_with_a_sound_is_said_and_it_is_converted_where_that_helps(
    site: str, browser: Browser
) -> None:
    async with person(browser, "ja") as someone:
        page = await someone.new_page()
        centre = SampleCentre("manager")
        await page_of(page, site, "/flows", centre)
        await page.get_by_text("音声", exact=True).click()
        await page.get_by_role("button", name="差し替え…: menu", exact=True).press("Enter")
        dialog = page.get_by_role("dialog")
        await dialog.get_by_role("button", name="登録する").press("Enter")
        await expect(dialog).to_contain_text("ファイルを選んでください。")
        picker = dialog.locator("input[type=file]")
        for reason, words in (
            ("SILENT", "無音です。"),
            ("CLIPPED", "音が割れています。"),
            ("TOO_LONG", "長すぎます。"),
            ("NOT_MONO", "モノラルではありません。"),
        ):
            centre.refusals[MENU] = (400, reason, f"wav: details of {reason}")
            await picker.set_input_files(file(STEREO))
            await dialog.get_by_role("button", name="登録する").press("Enter")
            await expect(dialog.get_by_role("alert")).to_contain_text(words)
            await expect(dialog.get_by_role("alert")).to_contain_text(f"details of {reason}")
        assert await findings(page) == []
        # Two channels of another rate: the browser makes a telephone's sound of them.
        del centre.refusals[MENU]
        centre.answers[MENU] = {"sha256": NEW, "lengthMs": 60_000, "version": 4}
        await dialog.get_by_role("button", name="電話の音声に変換して登録").press("Enter")
        await expect(dialog).to_be_hidden()
        _, sent = centre.sounds[-1]
        channels, rate = (
            int.from_bytes(sent[22:24], "little"),
            int.from_bytes(sent[24:28], "little"),
        )
        assert (sent[:4], channels, rate) == (b"RIFF", 1, 8_000)
        assert abs(len(sent) - 44 - 2 * 5 * 8_000) <= 2


async def test_a_file_that_is_far_too_large_is_not_even_sent(site: str, browser: Browser) -> None:
    async with person(browser, "en") as someone:
        page = await someone.new_page()
        centre = SampleCentre("manager")
        await page_of(page, site, "/flows", centre)
        await page.get_by_text("Sounds", exact=True).click()
        await page.get_by_role("button", name="Add a sound…").press("Enter")
        dialog = page.get_by_role("dialog")
        name = dialog.get_by_role("textbox", name="Name")
        await expect(name).to_be_focused()
        await page.keyboard.type("Closing Time")
        await chosen(page, bytes(2 * 1024 * 1024 + 1))
        await expect(dialog).to_contain_text("Only small letters, digits and underscores")
        await name.fill("closing_time_en")
        await dialog.get_by_role("button", name="Upload", exact=True).press("Enter")
        await expect(dialog.get_by_role("alert")).to_contain_text("The file is too large.")
        assert centre.sounds == []


async def test_sounds_are_heard_replaced_and_published_with_the_flow(
    site: str, browser: Browser
) -> None:
    async with person(browser, "en") as someone:
        page = await someone.new_page()
        centre = SampleCentre("manager")
        centre.answers[MENU] = {"sha256": NEW, "lengthMs": 100, "version": 4}
        centre.answers[PUBLISH] = {"flowId": "flw_acme", "version": 4}
        await page_of(page, site, "/flows", centre)
        await page.get_by_text("Sounds", exact=True).click()
        row = page.get_by_role("row").filter(
            has=page.get_by_role("rowheader", name="menu", exact=True)
        )
        await expect(row).to_contain_text("acme (Version 2)")
        await expect(row).to_contain_text("Version 3 · Makoto Ito")
        await row.get_by_role("button", name="Play: menu version 3").press("Enter")
        await expect(row.get_by_role("button", name="Stop: menu version 3")).to_be_focused()
        await page.keyboard.press("Enter")
        await expect(row.get_by_role("button", name="Play: menu version 3")).to_be_visible()
        # Newer than what the flow plays: it is taken by a click, never by itself.
        await row.get_by_role("button", name="Use version 3: menu").press("Enter")
        await expect(row).to_contain_text("in this draft: version 3")
        assert await findings(page) == []
        await row.get_by_role("button", name="Replace…: menu").press("Enter")
        await expect(page.get_by_role("dialog")).to_contain_text(
            "It is version 3; this becomes version 4."
        )
        await chosen(page, wav())
        await expect(page.get_by_role("dialog")).to_be_hidden()
        await page.get_by_role("button", name="Publish…").press("Enter")
        dialog = page.get_by_role("dialog")
        await expect(dialog).to_contain_text("Sounds that change: ")
        await dialog.get_by_role("button", name="Publish", exact=True).press("Enter")
        await expect(dialog).to_be_hidden()
        prompts = centre.last(PUBLISH)["prompts"]
        assert (prompts["menu"], prompts["guidance"]) == (NEW, "0" * 64)


async def test_supervisors_hear_sounds_and_put_none(site: str, browser: Browser) -> None:
    async with person(browser, "en") as someone:
        page = await someone.new_page()
        await page_of(page, site, "/flows", SampleCentre("supervisor"))
        await page.get_by_text("Sounds", exact=True).click()
        await expect(page.get_by_role("button", name="Play: menu version 3")).to_be_visible()
        for name in ("Add a sound…", "Replace…", "Use version"):
            await expect(page.get_by_role("button", name=name)).to_have_count(0)


async def test_a_sound_is_recorded_by_the_microphone(site: str, browser: Browser) -> None:
    async with person(browser, "en") as someone:
        page = await someone.new_page()
        centre = SampleCentre("manager")
        centre.answers[MENU] = {"sha256": NEW, "lengthMs": 1_000, "version": 4}
        await page_of(page, site, "/flows", centre)
        await page.get_by_text("Sounds", exact=True).click()
        await page.get_by_role("button", name="Replace…: menu", exact=True).press("Enter")
        dialog = page.get_by_role("dialog")
        await dialog.get_by_role("button", name="Record by the microphone").press("Enter")
        await expect(dialog.get_by_text("Recording…")).to_be_visible()
        await expect(dialog.get_by_text("0:01")).to_be_visible()
        await dialog.get_by_role("button", name="End the recording").press("Enter")
        await expect(dialog.get_by_role("button", name="Play: microphone.wav")).to_be_visible()
        await dialog.get_by_role("button", name="Upload", exact=True).press("Enter")
        await expect(dialog).to_be_hidden()
        [(path, sent)] = centre.sounds
        assert (path, sent[:4], int.from_bytes(sent[24:28], "little")) == (MENU, b"RIFF", 8_000)


async def test_a_microphone_that_gives_no_sound_is_said(site: str, browser: Browser) -> None:
    async with person(browser, "en") as someone:
        page = await someone.new_page()
        await page.add_init_script(MUTE_MICROPHONE)
        await page_of(page, site, "/flows", SampleCentre("manager"))
        await page.get_by_text("Sounds", exact=True).click()
        await page.get_by_role("button", name="Replace…: menu", exact=True).press("Enter")
        dialog = page.get_by_role("dialog")
        await dialog.get_by_role("button", name="Record by the microphone").press("Enter")
        await dialog.get_by_role("button", name="End the recording").press("Enter")
        await expect(dialog).to_contain_text("Nothing was recorded.")
