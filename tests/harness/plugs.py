"""A computer whose microphones and loudspeakers a test plugs in and out, for pages in Chromium.

Chromium has no such switch: what it tells pages then (the list of devices, `devicechange`, a track
that ends, refusals) is told by a script in the page, in the same order. Each microphone hums a
pitch of its own, so that it can be heard which one speaks.
"""

from __future__ import annotations

import json

from playwright.async_api import BrowserContext, Page

HEADSET, BUILT_IN = "Headset", "Built-in"
HEADSET_HZ, BUILT_IN_HZ = 700.0, 1000.0

_PLUGS = """
(() => {
  const hertz = window.pitches;
  const media = navigator.mediaDevices;
  const context = new AudioContext();
  const open = [];
  const computer = (window.computer = {
    plugged: window.pluggedFirst,
    sink: undefined,
    change(plugged) {
      computer.plugged = plugged;
      for (const { label, track } of open.splice(0)) {
        if (plugged.includes(label)) open.push({ label, track });
        else if (track.readyState === "live") {
          track.stop();
          track.dispatchEvent(new Event("ended"));
        }
      }
      media.dispatchEvent(new Event("devicechange"));
    },
  });
  const device = (kind, deviceId, of) => {
    const label = deviceId === "default" ? `Default - ${of}` : of;
    return { kind, deviceId, groupId: of, label };
  };
  // The first one plugged in is the system's.
  media.enumerateDevices = async () =>
    ["audioinput", "audiooutput"].flatMap((kind) => [
      ...computer.plugged.slice(0, 1).map((first) => device(kind, "default", first)),
      ...computer.plugged.map((each) => device(kind, each, each)),
    ]);
  media.getUserMedia = async ({ audio }) => {
    const exact = audio.deviceId?.exact ?? "";
    if (exact && !computer.plugged.includes(exact))
      throw new DOMException("", "OverconstrainedError");
    const label = exact || computer.plugged[0];
    if (!label) throw new DOMException("", "NotFoundError");
    const [hum, out] = [context.createOscillator(), context.createMediaStreamDestination()];
    hum.frequency.value = hertz[label];
    hum.connect(out);
    hum.start();
    open.push({ label, track: out.stream.getAudioTracks()[0] });
    return out.stream;
  };
  AudioContext.prototype.setSinkId = async (id) => void (computer.sink = id);
})();
"""


async def with_plugs(someone: BrowserContext, *plugged: str) -> None:
    """Lets somebody's pages have these devices, the system's first."""
    pitches = {HEADSET: HEADSET_HZ, BUILT_IN: BUILT_IN_HZ}
    given = f"[window.pitches, window.pluggedFirst] = {json.dumps([pitches, plugged])};"
    await someone.add_init_script(given + _PLUGS)


async def plug(page: Page, *plugged: str) -> None:
    """Has these devices plugged in from here on, the system's first."""
    await page.evaluate("(plugged) => window.computer.change(plugged)", list(plugged))
