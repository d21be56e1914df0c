"""What every connection to the node works with."""

from dataclasses import dataclass

from sasayaki_media.calls.switchboard import Switchboard
from sasayaki_media.keys import ClientKeys
from sasayaki_media.numbers import Numbers
from sasayaki_media.outbound.gate import Gate
from sasayaki_media.phones.browsers import Browsers
from sasayaki_media.phones.phones import Phones
from sasayaki_media.phones.registered import Registered
from sasayaki_media.sound.levels import Levels


@dataclass(frozen=True)
class Parts:
    """The service's parts that the node's news go to and its orders come from."""

    calls: Switchboard
    phones: Phones
    browsers: Browsers
    registered: Registered
    levels: Levels
    numbers: Numbers
    keys: ClientKeys
    gate: Gate
