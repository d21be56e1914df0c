"""Wires recording together. Everything is built here and handed down; nothing is global."""

from sasayaki.recording.v1 import recording_service_pb2_grpc
from sasayaki_chassis.service import Built, Service, Servicers
from sasayaki_recording.api import RIGHTS, RecordingService
from sasayaki_recording.catalogue import Catalogue
from sasayaki_recording.recording import RECORDING
from sasayaki_recording.settings import Settings
from sasayaki_recording.vault import Vault


def service(settings: Settings) -> Service:
    """The whole service, not yet connected to anything."""
    vault = Vault(settings.vault)
    catalogue = Catalogue()

    def servicers(built: Built) -> Servicers:
        owners = built.owners[RECORDING.stream]
        recordings = RecordingService(owners, vault, catalogue)
        yield recording_service_pb2_grpc.add_RecordingServiceServicer_to_server, recordings

    return Service(
        name="recording",
        settings=settings,
        rights=RIGHTS,
        servicers=servicers,
        deciders=[RECORDING],
        projections=[catalogue],
    )
