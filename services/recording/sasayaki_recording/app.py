"""Wires recording together. Everything is built here and handed down; nothing is global."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sasayaki.recording.v1 import recording_service_pb2_grpc
from sasayaki_chassis.service import Built, Service, Servicers
from sasayaki_recording.api import RIGHTS, RecordingService
from sasayaki_recording.recording import RECORDING
from sasayaki_recording.retention.api import Keeping
from sasayaki_recording.retention.deletions import Deletions, Retentions
from sasayaki_recording.retention.keeper import Keeper
from sasayaki_recording.retention.policy import POLICY
from sasayaki_recording.search.api import Search
from sasayaki_recording.search.catalogue import Catalogue
from sasayaki_recording.search.contacts import Contacts
from sasayaki_recording.search.reasons import Reasons
from sasayaki_recording.settings import Settings
from sasayaki_recording.shelf import Shelf
from sasayaki_recording.vault.keys import Keys
from sasayaki_recording.vault.vault import Vault


class _Parts:
    """What the methods and the daily job share; made once the owners are there."""

    def __init__(self, settings: Settings) -> None:
        self.keys = Keys(settings.keys)
        self.vault = Vault(settings.vault, self.keys)
        self.catalogue, self.contacts, self.reasons = Catalogue(), Contacts(), Reasons()
        self.zone = ZoneInfo(settings.time_zone)
        self._deletions: Deletions | None = None

    def deletions(self, built: Built) -> Deletions:
        if self._deletions is None:
            self._deletions = Deletions(
                Shelf(built.owners[RECORDING.stream], self.vault),
                self.catalogue,
                self.contacts,
                Retentions(built.owners[POLICY.stream], self.contacts, self.reasons),
                lambda: self._known_until(built),
            )
        return self._deletions

    def require_current(self, built: Built) -> None:
        """Raises Unavailable when what is known may not be decided on."""
        for view in (self.catalogue, self.contacts, self.reasons):
            built.require_current(view)

    def _known_until(self, built: Built) -> datetime:
        return built.clock.now() - timedelta(seconds=built.lag_s(self.contacts))


def service(settings: Settings) -> Service:
    """The whole service, not yet connected to anything."""
    parts = _Parts(settings)

    def servicers(built: Built) -> Servicers:
        deletions = parts.deletions(built)
        search = Search(parts.catalogue, parts.contacts, deletions.retentions, parts.keys)
        keeping = Keeping(
            deletions, parts.zone, built.clock.now, lambda: parts.require_current(built)
        )
        recordings = RecordingService(deletions.shelf, parts.catalogue, search, keeping)
        yield recording_service_pb2_grpc.add_RecordingServiceServicer_to_server, recordings

    async def keep(built: Built) -> None:
        keeper = Keeper(
            parts.deletions(built),
            parts.zone,
            built.clock.now,
            lambda: parts.require_current(built),
        )
        await keeper.run()

    return Service(
        name="recording",
        settings=settings,
        rights=RIGHTS,
        servicers=servicers,
        deciders=[RECORDING, POLICY],
        projections=[parts.catalogue, parts.contacts, parts.reasons],
        background=[keep],
    )
