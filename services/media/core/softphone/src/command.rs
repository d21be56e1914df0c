//! Commands: one JSON object a line on stdin. README.md is their reference.

mod setup;
#[cfg(test)]
mod tests;

use std::net::IpAddr;

use serde_json::Value;

use crate::fields::Fields;
use crate::media::keys::{Press, WAITING_MAX};
use crate::media::sound::{Role, Wanted, TONE_LEVEL_DBFS};
use crate::wire::rtp;
use setup::{parsed, setup};
pub use setup::{Answering, Setup};

pub const LINE_BYTES_MAX: usize = 64 * 1024;
const FRAME_MS: u64 = 20;

#[derive(Debug, PartialEq)]
pub enum Command {
    Phone(Box<Setup>),
    Remove,
    Register,
    Deregister,
    Call {
        to: Target,
        from: Option<String>,
        sound: Option<Wanted>,
    },
    Answer {
        sound: Option<Wanted>,
    },
    Reject {
        code: u16,
    },
    Hangup,
    Keys(Vec<Press>),
    Sound(Wanted),
    Hold {
        held: bool,
    },
    Foreign {
        sound: Wanted,
        frames: u64,
        address: Option<IpAddr>,
        mimic: bool,
    },
    Stats,
    BenchReset,
    BenchReport,
    Quit,
}

impl Command {
    /// The command's name on the line.
    pub fn verb(&self) -> &'static str {
        match self {
            Self::Phone(_) => "phone",
            Self::Remove => "remove",
            Self::Register => "register",
            Self::Deregister => "deregister",
            Self::Call { .. } => "call",
            Self::Answer { .. } => "answer",
            Self::Reject { .. } => "reject",
            Self::Hangup => "hangup",
            Self::Keys(_) => "dtmf",
            Self::Sound(_) => "sound",
            Self::Hold { held: true } => "hold",
            Self::Hold { held: false } => "resume",
            Self::Foreign { .. } => "send_foreign",
            Self::Stats => "stats",
            Self::BenchReset => "bench_reset",
            Self::BenchReport => "bench_report",
            Self::Quit => "quit",
        }
    }
}

#[derive(Debug, PartialEq)]
pub enum Target {
    /// A number or user at the phone's server.
    User(String),
    Uri(String),
}

/// A command with its phone's name and the sender's id, as far as they could be read.
#[derive(Debug)]
pub struct Line {
    pub id: Option<Value>,
    pub phone: Option<String>,
    pub command: Result<Command, String>,
}

pub fn parse(line: &str) -> Line {
    let mut fields = match Fields::parse(line) {
        Ok(fields) => fields,
        Err(message) => {
            return Line {
                id: None,
                phone: None,
                command: Err(message),
            }
        }
    };
    let id = fields.any("id");
    let phone = match fields.text_or_none("phone") {
        Ok(phone) => phone,
        Err(message) => {
            return Line {
                id,
                phone: None,
                command: Err(message),
            }
        }
    };
    let command = read(fields, phone.as_deref());
    Line { id, phone, command }
}

fn read(mut fields: Fields, phone: Option<&str>) -> Result<Command, String> {
    let verb = fields.text("do")?;
    let without_phone = ["stats", "bench_reset", "bench_report", "quit"].contains(&verb.as_str());
    if without_phone == phone.is_some() {
        let what = if without_phone {
            "unknown here"
        } else {
            "missing"
        };
        return Err(format!("field \"phone\" is {what}"));
    }
    let command = match verb.as_str() {
        "phone" => Command::Phone(Box::new(setup(&mut fields, phone.unwrap_or_default())?)),
        "remove" => Command::Remove,
        "register" => Command::Register,
        "deregister" => Command::Deregister,
        "call" => Command::Call {
            to: target(&mut fields)?,
            from: fields.text_or_none("from")?,
            sound: fields.any("sound").map(wanted).transpose()?,
        },
        "answer" => Command::Answer {
            sound: fields.any("sound").map(wanted).transpose()?,
        },
        "reject" => Command::Reject {
            code: fields.number("code", 486, (300, 699))? as u16,
        },
        "hangup" | "cancel" => Command::Hangup,
        "dtmf" => Command::Keys(keys(&mut fields)?),
        "sound" => Command::Sound(wanted(
            fields.any("sound").ok_or("field \"sound\" is missing")?,
        )?),
        "hold" => Command::Hold { held: true },
        "resume" => Command::Hold { held: false },
        "send_foreign" => foreign(&mut fields)?,
        "stats" => Command::Stats,
        "bench_reset" => Command::BenchReset,
        "bench_report" => Command::BenchReport,
        "quit" => Command::Quit,
        other => return Err(format!("command {other:?} is unknown")),
    };
    fields.finish()?;
    Ok(command)
}

fn target(fields: &mut Fields) -> Result<Target, String> {
    match (fields.text_or_none("to")?, fields.text_or_none("to_uri")?) {
        (Some(user), None) => Ok(Target::User(user)),
        (None, Some(uri)) => Ok(Target::Uri(uri)),
        _ => Err("a call has either \"to\" or \"to_uri\"".into()),
    }
}

fn wanted(value: Value) -> Result<Wanted, String> {
    let mut fields = Fields::of(value, "sound")?;
    let sound = if fields.flag("silence", false)? {
        Wanted::Silence
    } else if fields.flag("nothing", false)? {
        Wanted::Nothing
    } else if let Some(path) = fields.text_or_none("wav")? {
        Wanted::File {
            path: path.into(),
            repeat: fields.flag("loop", true)?,
        }
    } else if let Some(role) = fields.text_or_none("bench")? {
        Wanted::Bench(bench_role(&role)?)
    } else {
        let hz = fields.quantity("tone", 0.0, (1.0, 3999.0))?;
        if hz < 1.0 {
            return Err("a sound is a tone, wav, silence, nothing or bench".into());
        }
        Wanted::Tone {
            hz,
            level_dbfs: fields.quantity("level_dbfs", TONE_LEVEL_DBFS, (-80.0, 0.0))?,
        }
    };
    fields.finish()?;
    Ok(sound)
}

fn bench_role(role: &str) -> Result<Role, String> {
    match role {
        "caller" => Ok(Role::Caller),
        "operator" => Ok(Role::Operator),
        "supervisor" => Ok(Role::Supervisor),
        "coded" => Ok(Role::Coded),
        other => Err(format!(
            "bench is caller, operator, supervisor or coded, not {other:?}"
        )),
    }
}

fn keys(fields: &mut Fields) -> Result<Vec<Press>, String> {
    let digits = fields.text("digits")?;
    let frames = fields
        .number("tone_ms", 160, (40, 8000))?
        .div_ceil(FRAME_MS) as u32;
    let gap = fields
        .number("gap_ms", 80, (20, 10_000))?
        .div_ceil(FRAME_MS) as u32;
    if digits.is_empty() || digits.chars().count() > WAITING_MAX {
        return Err(format!("field \"digits\" is 1 to {WAITING_MAX} keys"));
    }
    let press = |key: char| {
        let event = rtp::event_of_key(key);
        let event = event.ok_or_else(|| format!("key {key:?} is none of 0-9 * # A-D"))?;
        Ok(Press {
            key,
            event,
            frames,
            gap,
        })
    };
    digits.chars().map(press).collect()
}

fn foreign(fields: &mut Fields) -> Result<Command, String> {
    Ok(Command::Foreign {
        sound: fields.any("sound").map_or(
            Ok(Wanted::Tone {
                hz: 2000.0,
                level_dbfs: TONE_LEVEL_DBFS,
            }),
            wanted,
        )?,
        frames: fields.number("ms", 1000, (20, 600_000))?.div_ceil(FRAME_MS),
        address: parsed(fields, "address")?,
        mimic: fields.flag("mimic", false)?,
    })
}
