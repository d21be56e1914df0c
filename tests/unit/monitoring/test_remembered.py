"""What is remembered has a limit, and what is forgotten early is counted."""

from prometheus_client import REGISTRY

from sasayaki_monitoring.remembered import Remembered


def forgotten(what: str) -> float:
    return REGISTRY.get_sample_value("sasayaki_monitoring_forgotten_total", {"what": what}) or 0.0


def test_the_oldest_is_forgotten_first_and_counted() -> None:
    memory = Remembered[str, int]("tests", 2)
    for number, key in enumerate(("one", "two", "three")):
        memory[key] = number
    assert memory == {"two": 1, "three": 2}
    assert forgotten("tests") == 1


def test_what_is_said_again_forgets_nothing() -> None:
    memory = Remembered[str, int]("repeats", 2)
    for key in ("one", "two", "one", "two"):
        memory[key] = 0
    assert list(memory) == ["one", "two"]
    assert forgotten("repeats") == 0
