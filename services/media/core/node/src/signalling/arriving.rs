//! What comes by SIP.

use std::sync::atomic::Ordering;

use sip::trunk::Caller;

use super::Signalling;
use crate::calls;
use crate::stack::{Arrived, Invite};
use crate::wire::Suspicion;

impl Signalling {
    pub(super) fn arrived(&mut self, arrived: Arrived) {
        let now_ms = self.clock.now_ms();
        match arrived {
            Arrived::Heard(leg, heard) => self.calls.heard(now_ms, leg, heard),
            Arrived::Referred(refer) => {
                let answer = self
                    .calls
                    .referred(now_ms, refer.leg, &refer.wish, refer.replaces);
                let code = match answer {
                    Ok(()) => 202,
                    Err(calls::Refusal { code, suspicious }) => {
                        if let Some(contact_id) = suspicious {
                            self.suspect(now_ms, &contact_id, Suspicion::ReferOutside, "");
                        }
                        code
                    }
                };
                self.stack.answer_refer(&refer, code);
            }
            Arrived::ReferredOutside(from) => {
                let by = self.trunks.at(from.address.ip());
                let name = by.map(|trunk| trunk.name.clone()).unwrap_or_default();
                self.suspect(now_ms, "", Suspicion::ReferOutside, &name);
            }
            Arrived::Lost(flow) => {
                let location = &mut self.calls.shared.registrar.location;
                for _ in 0..location.lose(flow) {
                    self.metrics.phones_lost_total.rise();
                }
            }
            Arrived::Register(register) => {
                let registrar = &mut self.calls.shared.registrar;
                let answer = registrar.register(now_ms, register.source, &register.asked);
                match answer.code {
                    200 => self.metrics.registrations_total.rise(),
                    _ => self.metrics.registrations_refused_total.rise(),
                }
                self.stack.answer(*register, answer);
            }
            Arrived::Invite(invite) => {
                let trunk = match self.trunk_of(now_ms, &invite) {
                    Ok(trunk) => trunk,
                    Err(code) => return self.stack.refuse(*invite, code),
                };
                let open = !self.stopping
                    && self.link.takes_calls()
                    && self.metrics.ready.load(Ordering::Relaxed);
                let caller = calls::Caller {
                    source: invite.source.address.ip(),
                    dialled: &invite.dialled,
                    from: &invite.from,
                    sdp: &invite.sdp,
                };
                match self.calls.invited(now_ms, &caller, open) {
                    Ok(leg) => self.stack.take(*invite, leg, trunk),
                    Err(code) => self.stack.refuse(*invite, code),
                }
            }
        }
    }

    /// By which trunk a caller comes, if there are any; or with which status they are turned away before anything else.
    fn trunk_of(&mut self, now_ms: u64, invite: &Invite) -> Result<Option<String>, u16> {
        let phones = self.calls.shared.registrar.at(now_ms);
        let suspicion = match self.trunks.caller(&phones, invite.source, &invite.from) {
            Caller::Phone | Caller::Anybody => return Ok(None),
            Caller::Trunk(trunk) if self.stack.has_room(trunk) => {
                return Ok(Some(trunk.name.clone()))
            }
            Caller::Trunk(_) => return Err(503),
            Caller::Forged => Suspicion::ForgedFrom,
            Caller::Stranger => Suspicion::UnknownPeer,
        };
        let by = self.trunks.at(invite.source.address.ip());
        let name = by.map(|trunk| trunk.name.clone()).unwrap_or_default();
        self.suspect(now_ms, "", suspicion, &name);
        Err(403)
    }

    pub(super) fn suspect(
        &mut self,
        now_ms: u64,
        contact_id: &str,
        suspicion: Suspicion,
        trunk: &str,
    ) {
        if let Some(what) = self.suspicions.suspect(now_ms, suspicion, trunk) {
            self.tell(contact_id.to_owned(), what);
        }
    }
}
