"""RecordingService: the methods of each subject, put together."""

from sasayaki.recording.v1 import recording_service_pb2_grpc
from sasayaki_chassis.rpc import Rights
from sasayaki_recording.retention import api as retention
from sasayaki_recording.search import api as search
from sasayaki_recording.search.catalogue import Catalogue
from sasayaki_recording.shelf import Shelf
from sasayaki_recording.vault import api as vault

RIGHTS: Rights = {**vault.RIGHTS, **search.RIGHTS, **retention.RIGHTS}


class RecordingService(
    vault.VaultMethods,
    search.SearchMethods,
    retention.RetentionMethods,
    recording_service_pb2_grpc.RecordingServiceServicer,
):
    """Checks a request, stores or reads, has it decided, answers."""

    def __init__(
        self, shelf: Shelf, catalogue: Catalogue, found: search.Search, keeping: retention.Keeping
    ) -> None:
        self._shelf = shelf
        self._catalogue = catalogue
        self._search = found
        self._keeping = keeping
