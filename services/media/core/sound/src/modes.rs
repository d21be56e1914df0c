//! Modes to "who hears whom": one table, checked when it is compiled.

/// What a leg is in its call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    Customer,
    Operator,
    Supervisor,
}

/// What a supervisor does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Mode {
    /// Hears both, is heard by nobody.
    Listen,
    /// Hears both, is heard by the operator only.
    Whisper,
    /// Hears and is heard by everybody.
    Barge,
    /// As in a barge, and the call needs no operator any more.
    Takeover,
}

/// A leg's row and column in the table, in the order in which voices count: whoever stands first is waited for by
/// nobody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    Customer,
    Operator,
    Handling,
    Barging,
    Whispering,
    Listening,
}

impl Standing {
    /// The standing of a leg; `None` for a supervisor without a mode, who neither hears nor is heard.
    pub const fn of(role: Role, mode: Option<Mode>) -> Option<Self> {
        match (role, mode) {
            (Role::Customer, _) => Some(Self::Customer),
            (Role::Operator, _) => Some(Self::Operator),
            (Role::Supervisor, Some(Mode::Listen)) => Some(Self::Listening),
            (Role::Supervisor, Some(Mode::Whisper)) => Some(Self::Whispering),
            (Role::Supervisor, Some(Mode::Barge)) => Some(Self::Barging),
            (Role::Supervisor, Some(Mode::Takeover)) => Some(Self::Handling),
            (Role::Supervisor, None) => None,
        }
    }

    /// Whether a leg of this standing hears another one of `speaker`'s.
    pub const fn hears(self, speaker: Self, hold: Hold) -> bool {
        let apart = matches!(self, Self::Customer) || matches!(speaker, Self::Customer);
        match hold {
            Hold::On if apart => false,
            Hold::On | Hold::Off => HEARS[self as usize][speaker as usize],
        }
    }
}

/// Whether the customer is on hold: apart from all others, who go on hearing each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Hold {
    Off,
    On,
}

const HEARS: [[bool; 6]; 6] = [
    // listener ↓, speaker → customer, operator, handling, barging, whispering, listening
    /* customer   */
    [false, true, true, true, false, false],
    /* operator   */ [true, true, true, true, true, false],
    /* handling   */ [true, true, true, true, false, false],
    /* barging    */ [true, true, true, true, false, false],
    /* whispering */ [true, true, true, true, false, false],
    /* listening  */ [true, true, true, true, false, false],
];

const ALL: [Standing; 6] = [
    Standing::Customer,
    Standing::Operator,
    Standing::Handling,
    Standing::Barging,
    Standing::Whispering,
    Standing::Listening,
];

// The promise of the product: the customer hears no supervisor who listens or whispers, on hold or not.
const _: () = assert!(!Standing::Customer.hears(Standing::Listening, Hold::Off));
const _: () = assert!(!Standing::Customer.hears(Standing::Whispering, Hold::Off));
// On hold the customer hears nobody, and nobody hears the customer.
const _: () = assert!(holds_apart());

const fn holds_apart() -> bool {
    let mut at = 0;
    while at < ALL.len() {
        let hears = Standing::Customer.hears(ALL[at], Hold::On);
        if hears || ALL[at].hears(Standing::Customer, Hold::On) {
            return false;
        }
        at += 1;
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    fn who_hear(speaker: Standing) -> Vec<Standing> {
        who_hear_with(speaker, Hold::Off)
    }

    fn who_hear_with(speaker: Standing, hold: Hold) -> Vec<Standing> {
        ALL.into_iter()
            .filter(|listener| listener.hears(speaker, hold))
            .collect()
    }

    #[test]
    fn a_supervisor_without_a_mode_has_no_place_in_the_table() {
        assert_eq!(Standing::of(Role::Supervisor, None), None);
    }

    #[test]
    fn only_the_operator_hears_a_whisper() {
        assert_eq!(who_hear(Standing::Whispering), [Standing::Operator]);
    }

    #[test]
    fn nobody_hears_who_only_listens() {
        assert_eq!(who_hear(Standing::Listening), []);
    }

    #[test]
    fn everybody_hears_who_barges_in_or_handles_the_call() {
        assert_eq!(who_hear(Standing::Barging), ALL);
        assert_eq!(who_hear(Standing::Handling), ALL);
    }

    #[test]
    fn every_supervisor_hears_customer_and_operators() {
        assert_eq!(who_hear(Standing::Customer), ALL[1..]);
        assert_eq!(who_hear(Standing::Operator), ALL);
    }

    #[test]
    fn a_hold_takes_the_customer_out_and_changes_nothing_else() {
        assert_eq!(who_hear_with(Standing::Customer, Hold::On), []);
        for speaker in &ALL[1..] {
            let others = who_hear(*speaker).into_iter();
            let others: Vec<_> = others.filter(|s| *s != Standing::Customer).collect();
            assert_eq!(who_hear_with(*speaker, Hold::On), others, "{speaker:?}");
        }
    }
}
