//! How our terms and the stack's are told in each other.

use rsipstack::dialog::dialog::{TerminatedReason, TransactionHandle};
use rsipstack::dialog::invite_dialog::InviteDialog;
use rsipstack::dialog::DialogId;
use rsipstack::sip::{Header, Headers, Method, Request, StatusCode, Transport, Uri};
use rsipstack::transaction::transaction::Transaction;

use sip::flow::Flow;
use sip::guard::{ALLOWED, SUPPORTED};
use sip::leg::Heard;

use super::sessions::asking;
use super::Arrived;
use crate::calls::{Target, To};

pub fn key(id: &DialogId) -> (String, String) {
    (id.call_id.clone(), id.local_tag.clone())
}

pub fn ended(reason: &TerminatedReason, dialled: bool) -> Heard {
    match reason {
        TerminatedReason::UasBye if dialled => Heard::Bye,
        TerminatedReason::UacBye if !dialled => Heard::Bye,
        TerminatedReason::UacCancel if !dialled => Heard::Cancelled,
        TerminatedReason::UasOther(code)
        | TerminatedReason::UacOther(code)
        | TerminatedReason::ProxyError(code) => Heard::Refused(code.code()),
        TerminatedReason::ProxyAuthRequired => Heard::Refused(401),
        TerminatedReason::UacBusy | TerminatedReason::UasBusy => Heard::Refused(486),
        TerminatedReason::UasDecline if dialled => Heard::Refused(603),
        _ => Heard::Broke,
    }
}

pub fn header<'a>(request: &'a Request, name: &str) -> Option<&'a str> {
    value(&request.headers, name)
}

pub fn value<'a>(headers: &'a Headers, name: &str) -> Option<&'a str> {
    let mut headers = headers.iter();
    headers
        .find(|header| header.name().eq_ignore_ascii_case(name))
        .map(Header::value)
}

pub fn all(request: &Request, name: &str) -> Vec<String> {
    let headers = request
        .headers
        .iter()
        .filter(|header| header.name().eq_ignore_ascii_case(name));
    headers.map(|header| header.value().to_owned()).collect()
}

/// Where a request came from.
pub fn source(transaction: &Transaction) -> Option<Flow> {
    let address = transaction.connection.as_ref()?.get_remote_addr()?;
    let socket = address.get_socketaddr().ok()?;
    match address.r#type {
        Some(Transport::Tcp) => Some(Flow::tcp(socket)),
        _ => Some(Flow::udp(socket)),
    }
}

pub fn accept() -> Header {
    Header::Accept("application/sdp".into())
}

pub fn sdp_headers() -> Vec<Header> {
    vec![Header::ContentType("application/sdp".into())]
}

pub fn invite_headers(target: &Target, contact: &Uri) -> Vec<Header> {
    let mut headers = vec![
        Header::Allow(ALLOWED.into()),
        // PRACK is not offered: a reliable 183 would block the call for it.
        Header::Supported(SUPPORTED.into()),
    ];
    headers.extend(asking());
    // Nobody outside is told our ids.
    if let To::Phone(_) = target.to {
        headers.push(Header::Other(
            "X-Sasayaki-Contact-Id".to_owned(),
            target.contact_id.clone(),
        ));
    }
    if target.answers_itself {
        headers.push(Header::CallInfo(
            format!("<{contact}>;answer-after=0").into(),
        ));
    }
    headers
}

/// Answers a request that concerns no leg.
pub fn reply_with(
    mut transaction: Transaction,
    code: u16,
    headers: Vec<Header>,
) -> Option<Arrived> {
    tokio::spawn(async move {
        let replied = transaction
            .reply_with(StatusCode::from(code), headers, None)
            .await;
        if replied.is_ok() && transaction.original.method == Method::Invite {
            // Until the ACK or its time-out, so that a repeated INVITE gets the same answer.
            while transaction.receive().await.is_some() {}
        }
    });
    None
}

/// Answers a request within a dialog.
pub fn answer_handle(handle: TransactionHandle, code: u16) -> Option<Arrived> {
    respond(handle, code, Vec::new())
}

/// Answers a request within a dialog, with headers.
pub fn respond(handle: TransactionHandle, code: u16, headers: Vec<Header>) -> Option<Arrived> {
    tokio::spawn(async move {
        // Gone when the transaction timed out: then nobody waits.
        let _ = handle
            .respond(StatusCode::from(code), Some(headers), None)
            .await;
    });
    None
}

/// Tells a phone how the transfer that it wished for goes on.
pub fn notify(dialog: InviteDialog, code: u16) {
    let (body, state) = sip::refer::notice(code);
    let headers = vec![
        Header::Event("refer".into()),
        Header::SubscriptionState(state.into()),
        Header::ContentType("message/sipfrag;version=2.0".into()),
    ];
    tokio::spawn(async move {
        // A phone that does not take it hears of the call's end itself.
        let _ = dialog.notify(Some(headers), Some(body.into_bytes())).await;
    });
}
