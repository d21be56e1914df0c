"""Messages of the phone's WebSocket, for the document: the socket itself is no part of OpenAPI."""

from typing import Annotated, Any, Literal, TypeAlias

from pydantic import Field, StringConstraints

from sasayaki_gateway.contract.shapes import Shape

SDP_BYTES_MOST = 65_536
"""As media's ConnectBrowser."""
ContactId = Annotated[str, StringConstraints(min_length=1, max_length=64)]


class PhoneOffer(Shape):
    """The browser's session description."""

    type: Literal["offer"]
    sdp: Annotated[str, StringConstraints(min_length=1, max_length=SDP_BYTES_MOST)]


class PhonePickUp(Shape):
    """The ringing call is picked up."""

    type: Literal["pick_up"]
    contact_id: ContactId


class PhonePutDown(Shape):
    """The call is put down, or refused while it rings."""

    type: Literal["put_down"]
    contact_id: ContactId


class PhoneMute(Shape):
    """The own voice out of the call, or in again."""

    type: Literal["mute"]
    contact_id: ContactId
    muted: bool


class PhoneTalkBack(Shape):
    """The own voice to the supervisors alone, or back."""

    type: Literal["talk_back"]
    contact_id: ContactId
    on: bool


PhoneSays: TypeAlias = Annotated[
    PhoneOffer | PhonePickUp | PhonePutDown | PhoneMute | PhoneTalkBack,
    Field(discriminator="type"),
]


class PhoneAnswer(Shape):
    """The media node's session description."""

    type: Literal["answer"]
    connection_id: str
    sdp: str


class PhoneFault(Shape):
    """A message that was refused; the socket stays open."""

    type: Literal["error"]
    code: str
    reason: str
    message: str
    about: str = Field(description="The type of the message that was refused.")


def phone_state_schema() -> dict[str, Any]:
    """`{"type": "phone", …}`: the phone as it is, WatchPhoneResponse beside the type."""
    return {
        "description": "The phone as it is: at once, then after every change.",
        "allOf": [
            {
                "type": "object",
                "properties": {"type": {"type": "string", "const": "phone"}},
                "required": ["type"],
            },
            {"$ref": "#/components/schemas/WatchPhoneResponse"},
        ],
    }
