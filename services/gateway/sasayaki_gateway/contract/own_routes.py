"""The gateway's own routes in the document: sessions, people, accounts, sound, the phone."""

from sasayaki_gateway.contract.messages import Schema

_JSON = "application/json"
_WAV: Schema = {"audio/wav": {"schema": {"type": "string", "format": "binary"}}}
PUT_PROMPT = "/sasayaki.media.v1.MediaService/PutPrompt"
"""Whose answer is that of a prompt that is put."""
FAULT: Schema = {
    "description": "Why it was refused.",
    "content": {_JSON: {"schema": {"$ref": "#/components/schemas/Fault"}}},
}
LAST_EVENT_ID: Schema = {
    "name": "Last-Event-ID",
    "in": "header",
    "required": False,
    "schema": {"type": "string", "maxLength": 64},
    "description": "Goes on after this event, if the gateway still has what came after it.",
}


def paths() -> Schema:
    """Every route of the gateway's own, but the console's files and the probes."""
    return {
        "/api/session": {
            "get": _read("session_get", "The session, if there is one.", "Session"),
            "post": _write("session_begin", "Signs in.", "SignIn", "Session", guarded=False),
            "delete": _write("session_end", "Signs out.", None, None),
        },
        "/api/session/password": {
            "post": _write(
                "session_password",
                "Another password for oneself; every session ends, this browser gets a new one.",
                "OwnPassword",
                "Session",
            )
        },
        "/api/session/all": {
            "get": _read("session_all", "One's own sessions.", "OwnSession", many=True)
        },
        "/api/session/end": {
            "post": _write(
                "session_end_others", "Ends other sessions of one's own.", "EndSessions", None
            )
        },
        "/api/session/ways": {
            "get": _read("session_ways", "How one may sign in here.", "SignInWays", guarded=False)
        },
        "/api/session/demo": {
            "get": _read(
                "session_demo_people",
                "Whom a click signs in: where the demo's people are; else NOT_FOUND.",
                "Person",
                many=True,
                guarded=False,
            ),
            "post": _write(
                "session_demo_begin",
                "Signs one of the demo's people in.",
                "DemoSignIn",
                "Session",
                guarded=False,
            ),
        },
        "/api/session/oidc": {
            "get": _redirect("session_oidc", "To the identity provider, where there is one.")
        },
        "/api/session/oidc/callback": {
            "get": _redirect("session_oidc_back", "Back from the identity provider.")
        },
        "/api/people": {
            "get": _read("people", "Who is who in the caller's tenant.", "Person", many=True)
        },
        "/api/accounts": {
            "get": _read(
                "accounts", "Every account. For managers, administrators.", "Account", many=True
            ),
            "post": _write("account_make", "Makes an account.", "NewAccount", "Account"),
        },
        "/api/accounts/{userId}": {
            "parameters": [_named("userId")],
            "patch": _write("account_change", "Changes an account.", "AccountChange", "Account"),
        },
        "/api/recordings/{contactId}.wav": {"parameters": [_named("contactId")], "get": _sound()},
        "/api/prompts/{clientId}/{name}": {
            "parameters": [_named("clientId"), _named("name")],
            "put": _put_sound(),
        },
        "/api/prompts/{clientId}/{sha256}.wav": {
            "parameters": [_named("clientId"), _named("sha256")],
            "get": _prompt(),
        },
        "/api/accounts/{userId}/sessions": {
            "parameters": [_named("userId")],
            "delete": _write("account_sign_out", "Ends a person's sessions.", None, None),
        },
        "/api/phone": {"get": _phone()},
    }


def _answer(shape: str | None, *, many: bool = False) -> Schema:
    if shape is None:
        return {"204": {"description": "Done."}, "default": FAULT}
    one: Schema = {"$ref": f"#/components/schemas/{shape}"}
    schema = {"type": "array", "items": one} if many else one
    return {
        "200": {"description": "The answer.", "content": {_JSON: {"schema": schema}}},
        "default": FAULT,
    }


def _read(
    operation: str, about: str, shape: str, *, many: bool = False, guarded: bool = True
) -> Schema:
    return {
        "operationId": operation,
        "tags": ["gateway"],
        "description": about,
        "security": [{"session": []}] if guarded else [],
        "responses": _answer(shape, many=many),
    }


def _write(
    operation: str, about: str, asked: str | None, told: str | None, *, guarded: bool = True
) -> Schema:
    made: Schema = {
        "operationId": operation,
        "tags": ["gateway"],
        "description": about,
        "security": [{"session": [], "csrf": []}] if guarded else [],
        "responses": _answer(told),
    }
    if asked is not None:
        schema = {"$ref": f"#/components/schemas/{asked}"}
        made["requestBody"] = {"required": True, "content": {_JSON: {"schema": schema}}}
    return made


def _redirect(operation: str, about: str) -> Schema:
    return {
        "operationId": operation,
        "tags": ["gateway"],
        "description": about,
        "security": [],
        "responses": {"303": {"description": "Elsewhere."}, "default": FAULT},
    }


def _sound() -> Schema:
    binary = {"content": _WAV}
    return {
        "operationId": "recording",
        "tags": ["gateway"],
        "description": "A recording: 8 kHz, 16 bit; customer, operator, supervisor. Takes ranges.",
        "security": [{"session": []}],
        "responses": {
            "200": {"description": "The file.", **binary},
            "206": {"description": "The part that was asked for.", **binary},
            "416": {"description": "There is no such part."},
            "default": FAULT,
        },
    }


def _named(name: str) -> Schema:
    return {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}


def _put_sound() -> Schema:
    shape = {"$ref": "#/components/schemas/PutPromptResponse"}
    return {
        "operationId": "prompt_put",
        "tags": ["gateway"],
        "description": "Makes a sound the latest version of a name: WAV, 8 kHz, 16 bit, one "
        "channel, 120 s and 2 MiB at most. For managers of the client company, administrators.",
        "security": [{"session": [], "csrf": []}],
        "requestBody": {"required": True, "content": _WAV},
        "responses": {
            "200": {"description": "The answer.", "content": {_JSON: {"schema": shape}}},
            "default": FAULT,
        },
    }


def _prompt() -> Schema:
    return {
        "operationId": "prompt",
        "tags": ["gateway"],
        "description": "A version of a client company's prompt.",
        "security": [{"session": []}],
        "responses": {"200": {"description": "The file.", "content": _WAV}, "default": FAULT},
    }


def _phone() -> Schema:
    return {
        "operationId": "phone",
        "tags": ["gateway"],
        "description": "A WebSocket: the browser sends PhoneSays and gets PhoneHears. A further "
        "socket of the same person takes over; the earlier one is closed with 4001.",
        "security": [{"session": []}],
        "responses": {"101": {"description": "A socket."}, "default": FAULT},
    }
