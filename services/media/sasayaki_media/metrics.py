"""What media counts."""

from prometheus_client import Counter, Gauge

HAPPENINGS = Counter(
    "sasayaki_media_happenings_total",
    "Happenings of the node that were taken care of, by kind.",
    ("kind",),
)
ORDERS = Counter("sasayaki_media_orders_total", "Orders sent to the node, by kind.", ("kind",))
ORDER_ERRORS = Counter(
    "sasayaki_media_order_errors_total", "Orders that the node could not carry out.", ("error",)
)
CONNECTED = Gauge("sasayaki_media_node_connected", "1 while the node is connected.")
CONNECTS = Counter("sasayaki_media_node_connects_total", "Connections made to the node.")
UNCOUNTED = Gauge(
    "sasayaki_media_happenings_waiting", "Happenings received and not yet acknowledged."
)
FULL = Counter(
    "sasayaki_media_happenings_full_total",
    "Times the node's socket was not read because too many happenings were under way.",
)
RETRIES = Counter(
    "sasayaki_media_decision_retries_total", "Decisions that had to be asked for again."
)
FAILED = Counter(
    "sasayaki_media_decisions_failed_total",
    "What happened and was passed over, because deciding it met a bug.",
)
PHONES = Gauge("sasayaki_media_phones", "Supervisors' phones that are connected.")
PHONES_LOST = Counter(
    "sasayaki_media_phones_lost_total", "Connected phones that went with their node."
)
BROWSERS = Gauge("sasayaki_media_browsers", "People whose browser is connected, or on its way.")
BROWSERS_CONNECTING = Gauge(
    "sasayaki_media_browsers_connecting", "Browsers' offers that wait for their answer."
)
BROWSER_CONNECTS = Counter(
    "sasayaki_media_browser_connects_total",
    "Browsers' offers by what became of them: answered, or why not.",
    ("outcome",),
)
REGISTERED = Gauge("sasayaki_media_sip_users", "Users who have a registered SIP phone.")
REACH_WATCHERS = Gauge(
    "sasayaki_media_reach_watchers", "Those who watch by what people can be reached."
)
REACH_WATCHERS_REFUSED = Counter(
    "sasayaki_media_reach_watchers_refused_total",
    "Watchers of people's phones turned away because too many watch.",
)
PHONE_WATCHERS = Gauge("sasayaki_media_phone_watchers", "Those who watch their phone.")
PHONE_WATCHERS_REFUSED = Counter(
    "sasayaki_media_phone_watchers_refused_total",
    "Watchers of their phone turned away because too many watch.",
)
LOST = Counter("sasayaki_media_calls_lost_total", "Calls ended because their node is gone.")
STRANGERS = Counter(
    "sasayaki_media_stranger_calls_total", "Calls that the node held and history does not: ended."
)
REFUSED_CALLS = Counter(
    "sasayaki_media_refused_calls_total", "Invited calls turned away for an unknown number."
)
UNSEALED = Counter(
    "sasayaki_media_unsealed_callers_total",
    "Callers whose number was left out because the client company's key is not there.",
)
OUT_FULL = Counter(
    "sasayaki_media_node_backlogs_total", "Connections dropped because the node took no orders."
)
PAGES = Counter(
    "sasayaki_media_pages_total",
    "Recorded pages by what became of them: shipped, refused (set aside), orphaned (no such call).",
    ("outcome",),
)
SHIP_RETRIES = Counter("sasayaki_media_ship_retries_total", "Uploads that had to be tried again.")
TORN = Counter("sasayaki_media_torn_spool_files_total", "Spool files that end in a torn record.")
OUTBOUND = Counter(
    "sasayaki_media_outbound_total",
    "Calls out that were asked for, by what became of them: allowed, or why they were refused.",
    ("outcome",),
)
ALARMS_UNTOLD = Counter(
    "sasayaki_media_alarms_untold_total",
    "Refused calls out of people whose alarm had been raised within the minute.",
)
OUTBOUND_RUNNING = Gauge("sasayaki_media_outbound_running", "Calls out that count against a cap.")
LEVELS = Counter("sasayaki_media_levels_total", "Seconds of levels that the node sent.")
LEVEL_WATCHERS = Gauge("sasayaki_media_level_watchers", "Those who watch levels.")
LEVEL_WATCHERS_SLOW = Counter(
    "sasayaki_media_level_watchers_slow_total", "Watchers of levels that were ended."
)
LEVEL_WATCHERS_REFUSED = Counter(
    "sasayaki_media_level_watchers_refused_total",
    "Watchers of levels turned away because too many watch.",
)
PROMPTS_REFUSED = Counter(
    "sasayaki_media_prompts_refused_total",
    "Sounds that were not taken, by what was wrong: the file, too many, an unknown company.",
    ("why",),
)
