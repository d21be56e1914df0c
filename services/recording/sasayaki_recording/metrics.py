"""What recording counts."""

from prometheus_client import Counter, Histogram

PAGES = Counter(
    "sasayaki_recording_pages_total",
    "Pages by what became of them: stored, known (equal, passed over), refused, deleted (of a "
    "recording that is gone), no_key (of a client company whose key is gone).",
    ("outcome",),
)
TORN = Counter("sasayaki_recording_torn_files_total", "Files whose last page a crash had torn.", ())
EVICTED = Counter(
    "sasayaki_recording_index_evictions_total",
    "Calls whose pages' slips left the memory for others'.",
)
GIVEN_OUT = Counter(
    "sasayaki_recording_given_out_bytes_total", "Bytes of WAV files sent to listeners.", ()
)
STORE_SECONDS = Histogram(
    "sasayaki_recording_store_seconds", "Time to write and sync the pages of one upload."
)
DELETED = Counter(
    "sasayaki_recording_deleted_total",
    "Recordings deleted, by reason: retention, no_alert.",
    ("reason",),
)
SWEPT = Counter(
    "sasayaki_recording_swept_files_total",
    "Files of deleted recordings that were still there at the start.",
)
HELD = Counter(
    "sasayaki_recording_held_total", "Times a legal hold kept a recording whose time was up."
)
UNREADABLE = Counter(
    "sasayaki_recording_unreadable_total",
    "Recordings asked for whose client company's key is gone.",
)
RUNS = Counter("sasayaki_recording_retention_runs_total", "Days looked at, per client company.")
LATE = Counter(
    "sasayaki_recording_late_looks_total",
    "Looks that had to wait because a view lagged or a partition was not served.",
)
