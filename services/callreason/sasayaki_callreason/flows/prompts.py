"""Which sound a name in a flow file stands for, in each of the flow's languages.

In a language a name stands for the prompt `<name>_<language>`, else for the prompt of that very
name: a sound without words, or the one language of a company that has only one. A name that has
a prompt in one of the flow's languages must have one in each of them: Japanese never plays into an
English call because somebody forgot to record.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final, TypeAlias

from sasayaki_callreason.flows.parts import PROMPT_FIELDS, Ask, Language, Part, Route, Step

NUMBERS_MOST: Final = 20
"""The highest number that there is a word for."""
DIGITS: Final = tuple(f"digit_{digit}" for digit in range(10))
NUMBERS: Final = tuple(f"number_{number}" for number in range(1, NUMBERS_MOST + 1))
POSITION: Final = ("position_before", "position_after")
MINUTES: Final = ("minutes_before", "minutes_after", "minutes_over")

Prompts: TypeAlias = Mapping[str, str]
"""Name to SHA-256."""


def found(
    name: str, language: Language, languages: Sequence[Language], prompts: Prompts
) -> tuple[str, bool]:
    """The prompt's full name and whether there is one."""
    own = f"{name}_{language}"
    if own in prompts:
        return own, True
    others = any(f"{name}_{other}" in prompts for other in languages)
    if name in prompts and not others:
        return name, True
    return (own if others or len(languages) > 1 else name), False


def missing(
    value: object, languages: Sequence[Language], prompts: Prompts
) -> Iterator[tuple[Language, str]]:
    """The languages in which a prompt, as a file gives it, has no sound, and the name it lacks."""
    for language in languages:
        if isinstance(value, str):
            name, there = found(value, language, languages, prompts)
            if not there:
                yield language, name
        elif isinstance(value, dict):
            given = value.get(language)
            if not isinstance(given, str):
                yield language, ""
            elif given not in prompts:
                yield language, given


def spoken(steps: Mapping[str, Step]) -> Iterator[tuple[str, str]]:
    """The words that steps say of themselves: the step and the prompt's name."""
    for name, step in steps.items():
        match step:
            case Ask(read_back=back) if back is not None:
                yield from ((name, digit) for digit in DIGITS)
            case Route(wait=wait) if wait is not None:
                if wait.position:
                    yield from ((name, word) for word in POSITION + NUMBERS)
                if wait.minutes:
                    yield from ((name, word) for word in MINUTES + NUMBERS)
            case _:
                pass


def published(steps: Mapping[str, Step], languages: Sequence[Language], prompts: Prompts) -> Any:
    """The steps with their prompts by SHA-256."""

    def sound(value: str | dict[Language, str]) -> str | dict[Language, str]:
        by_language = {
            language: prompts[
                found(value, language, languages, prompts)[0]
                if isinstance(value, str)
                else value[language]
            ]
            for language in languages
        }
        same = len(set(by_language.values())) == 1
        return next(iter(by_language.values())) if same else by_language

    return {name: _replaced(step, sound) for name, step in steps.items()}


def words(
    steps: Mapping[str, Step], languages: Sequence[Language], prompts: Prompts
) -> dict[Language, dict[str, str]]:
    """For each language the SHA-256 of each word that steps say of themselves."""
    names = sorted({name for _, name in spoken(steps)})
    return {
        language: {name: prompts[found(name, language, languages, prompts)[0]] for name in names}
        for language in languages
        if names
    }


def _replaced(part: Part, sound: Callable[[Any], Any]) -> Part:
    changes = {}
    for field in type(part).model_fields:
        value = getattr(part, field)
        if isinstance(value, Part):
            changes[field] = _replaced(value, sound)
        elif field in PROMPT_FIELDS and value is not None:
            changes[field] = sound(value)
    return part.model_copy(update=changes)
