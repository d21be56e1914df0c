"""Renders the standard prompts: 8 kHz, 16 bit, one channel, telephone band, peak -6 dBFS.

The results are committed, so neither the platform nor the demo needs a voice. To render them again,
in an environment of its own with numpy and pyopenjtalk-plus 0.4.1.post10, and espeak-ng 1.51 on the
PATH:

    python seed/prompts/make.py

Voices: ja is "Mei" (see NOTICE), en is espeak-ng's. `tone` holds what automatic checks hear instead
of speech: tones that are neither the parties' own (440, 850, 1310 Hz) nor near their harmonics and
differences. `any` holds what is the same in every language.
"""

import io
import subprocess
import wave
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float64]

HERE = Path(__file__).resolve().parent
RATE = 8000
BAND_HZ = (300.0, 3400.0)
PEAK = 10 ** (-6 / 20)
# Silence before and after the words, as people record them.
EDGE_S = 0.15

DIGITS_JA = ("ゼロ", "イチ", "ニ", "サン", "ヨン", "ゴ", "ロク", "ナナ", "ハチ", "キュウ")
JAPANESE = {
    "guidance": "この通話は、品質向上のため録音させていただきます。",
    "menu": "ご請求は1、ご契約は2、その他は3を押してください。",
    "sorry": "申し訳ございません。恐れ入りますが、もう一度おかけ直しください。",
    "again": "恐れ入りますが、もう一度お願いいたします。"
    "ご請求は1、ご契約は2、その他は3を押してください。",
    "connecting": "担当者におつなぎいたします。少々お待ちください。",
    "closed": "申し訳ございません。ただいまの時間は、営業時間外でございます。",
    "voicemail": "ピーという音のあとに、お名前とご用件をお話しください。"
    "終わりましたら、シャープを押してください。",
    "thanks": "ご伝言をお預かりいたしました。お電話ありがとうございました。",
    "callback_offer": "折り返しのお電話をご希望の方は、1を押してください。"
    "お待ちの順番は、そのままです。",
    "callback_number": "折り返しのお電話番号を、市外局番から押してください。"
    "最後に、シャープを押してください。",
    "callback_thanks": "順番がまいりましたら、こちらからお電話いたします。"
    "お電話ありがとうございました。",
    "number_before": "お電話番号は、",
    "number_after": "でよろしければ1を、訂正される場合は2を押してください。",
    "wrong_number": "おかけ間違いのようです。恐れ入りますが、番号をお確かめください。",
    "position_before": "ただいまのお待ち順は、",
    "position_after": "番目です。",
    "minutes_before": "お待ち時間は、およそ",
    "minutes_after": "分です。",
    "minutes_over": "お待ち時間は、20分以上の見込みです。",
    **{f"digit_{n}": word for n, word in enumerate(DIGITS_JA)},
    **{f"number_{n}": f"{n}、" for n in range(1, 21)},
}
ENGLISH = {
    "guidance": "This call will be recorded to improve our service.",
    "menu": "For billing, press 1. For contracts, press 2. For anything else, press 3.",
    "sorry": "We are sorry. Please call us again.",
    "again": "Sorry, once again. "
    "For billing, press 1. For contracts, press 2. For anything else, 3.",
    "connecting": "Please hold while we connect you.",
    "closed": "We are sorry. We are closed at the moment.",
    "voicemail": "After the tone, please leave your name and your message. "
    "Then press the hash key.",
    "thanks": "Thank you. We have your message.",
    "callback_offer": "To be called back, press 1. You will keep your place in the queue.",
    "callback_number": "Please enter the number to call back, and then press the hash key.",
    "callback_thanks": "We will call you when it is your turn. Thank you for calling.",
    "number_before": "The number is",
    "number_after": "If that is right, press 1. To change it, press 2.",
    "wrong_number": "It seems that you have dialled a wrong number. Please check it.",
    "position_before": "You are number",
    "position_after": "in the queue.",
    "minutes_before": "You will wait for about",
    "minutes_after": "minutes.",
    "minutes_over": "You will wait for more than twenty minutes.",
    **{f"digit_{n}": str(n) for n in range(10)},
    **{f"number_{n}": str(n) for n in range(1, 21)},
}
# Frequency in Hz and length in seconds.
TONES = {
    "guidance": (620.0, 1.5),
    "menu": (720.0, 0.5),
    "sorry": (1040.0, 0.5),
    "again": (740.0, 0.5),
    "connecting": (1100.0, 0.5),
    "closed": (1180.0, 0.5),
    "voicemail": (1480.0, 0.5),
    "thanks": (1540.0, 0.5),
    "callback_offer": (960.0, 0.5),
    "callback_number": (1000.0, 0.5),
    "callback_thanks": (1600.0, 0.5),
    "number_before": (1640.0, 0.3),
    "number_after": (1640.0, 0.5),
    "wrong_number": (1440.0, 0.5),
    "position_before": (540.0, 0.3),
    "position_after": (560.0, 0.3),
    "minutes_before": (580.0, 0.3),
    "minutes_after": (600.0, 0.3),
    "minutes_over": (640.0, 0.3),
    **{f"digit_{n}": (1800.0 + 20 * n, 0.2) for n in range(10)},
    **{f"number_{n}": (2000.0 + 20 * n, 0.2) for n in range(1, 21)},
}
TONE_FADE_S = 0.01
# What to speak after before a voicemail, and what is heard while waiting: our own.
BEEP = (1000.0, 0.6)
MUSIC_HZ = (523.25, 698.46, 783.99, 1046.5, 783.99, 698.46, 587.33, 783.99)
MUSIC_NOTE_S = 0.8
MUSIC_ROUNDS = 2
# Of the peak of speech: music is not to be louder than the words between it.
MUSIC_LEVEL = 0.25


def main() -> None:
    """Renders every prompt beside this script."""
    for name, text in JAPANESE.items():
        write(HERE / "ja" / f"{name}.wav", spoken(*speak_japanese(text)))
    for name, text in ENGLISH.items():
        write(HERE / "en" / f"{name}.wav", spoken(*speak_english(text)))
    for name, (frequency, seconds) in TONES.items():
        write(HERE / "tone" / f"{name}.wav", tone(frequency, seconds))
    write(HERE / "any" / "tone.wav", tone(*BEEP))
    write(HERE / "any" / "wait_music.wav", music(), MUSIC_LEVEL)
    japanese = spoken(*speak_japanese("日本語でのご案内は1を、"))
    english = spoken(*speak_english("for English, press 2."))
    write(HERE / "any" / "language.wav", np.concatenate([level(japanese), level(english)]))


def speak_japanese(text: str) -> tuple[Samples, int]:
    """Speech and its rate."""
    import pyopenjtalk

    samples, rate = pyopenjtalk.tts(text)
    return np.asarray(samples, dtype=np.float64) / 32768, int(rate)


def speak_english(text: str) -> tuple[Samples, int]:
    """Speech and its rate."""
    command = ["espeak-ng", "-v", "en-gb", "-s", "150", "--stdout", text]
    spoken_wav = subprocess.run(command, capture_output=True, check=True).stdout
    with wave.open(io.BytesIO(spoken_wav)) as file:
        # A header that was written before the length was known claims too much.
        samples = np.frombuffer(file.readframes(file.getnframes()), dtype="<i2")
        return samples.astype(np.float64) / 32768, file.getframerate()


def spoken(samples: Samples, rate: int) -> Samples:
    """Speech as a telephone carries it, trimmed to its words."""
    narrow = telephone_band(resampled(samples, rate))
    loud = np.flatnonzero(np.abs(narrow) > 0.01 * np.abs(narrow).max())
    edge = np.zeros(int(EDGE_S * RATE))
    return np.concatenate([edge, narrow[loud[0] : loud[-1] + 1], edge])


def tone(frequency: float, seconds: float) -> Samples:
    """A sine with soft ends."""
    time = np.arange(int(seconds * RATE)) / RATE
    fade = np.minimum(1, np.minimum(time, seconds - time) / TONE_FADE_S)
    return np.sin(2 * np.pi * frequency * time) * fade


def music() -> Samples:
    """Notes that swell and fade, each over the end of the one before; it ends as it begins."""
    note = int(MUSIC_NOTE_S * RATE)
    notes = MUSIC_HZ * MUSIC_ROUNDS
    played = np.zeros(note * len(notes))
    time = np.arange(2 * note) / RATE
    swell = np.sin(np.pi * np.arange(2 * note) / (2 * note)) ** 2
    for place, frequency in enumerate(notes):
        sound = np.sin(2 * np.pi * frequency * time) * swell
        at = (place * note + np.arange(2 * note)) % len(played)
        np.add.at(played, at, sound)
    return played


def level(samples: Samples) -> Samples:
    """At full scale, so that two voices are equally loud."""
    return samples / np.abs(samples).max()


def resampled(samples: Samples, rate: int) -> Samples:
    """Samples at 8 kHz, by a windowed sinc that cuts what 8 kHz cannot hold."""
    half = 64
    step = rate / RATE
    centres = np.arange(int(len(samples) / step)) * step
    offsets = np.arange(-int(half * step), int(half * step) + 1)
    places = np.floor(centres).astype(int)[:, None] + offsets
    distance = (places - centres[:, None]) / step
    window = np.cos(np.pi * np.clip(distance / (half + 1), -0.5, 0.5)) ** 2
    kernel = np.sinc(distance) * window / step
    inside = (places >= 0) & (places < len(samples))
    picked = np.where(inside, samples[np.clip(places, 0, len(samples) - 1)], 0.0)
    return np.asarray((picked * kernel).sum(axis=1))


def telephone_band(samples: Samples) -> Samples:
    """Only what a telephone carries, 300 to 3400 Hz; a filter of linear phase."""
    taps = np.arange(-100, 101)
    low, high = (2 * edge / RATE for edge in BAND_HZ)
    kernel = high * np.sinc(high * taps) - low * np.sinc(low * taps)
    return np.convolve(samples, kernel * np.hamming(len(taps)), mode="same")


def write(file: Path, samples: Samples, loud: float = 1.0) -> None:
    """Writes a WAV file with its peak at -6 dBFS, or at that times `loud`."""
    scaled = np.round(samples / np.abs(samples).max() * PEAK * loud * 32767).astype("<i2")
    file.parent.mkdir(exist_ok=True)
    with wave.open(str(file), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(RATE)
        out.writeframes(scaled.tobytes())


if __name__ == "__main__":
    main()
