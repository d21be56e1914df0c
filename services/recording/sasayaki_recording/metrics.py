"""What recording counts."""

from prometheus_client import Counter, Histogram

PAGES = Counter(
    "sasayaki_recording_pages_total",
    "Pages by what became of them: stored, known (equal, passed over), refused.",
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
