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
}

/// A leg's row and column in the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    Customer,
    Operator,
    Listening,
    Whispering,
}

impl Standing {
    /// The standing of a leg; `None` for a supervisor without a mode, who neither hears nor is heard.
    pub const fn of(role: Role, mode: Option<Mode>) -> Option<Self> {
        match (role, mode) {
            (Role::Customer, _) => Some(Self::Customer),
            (Role::Operator, _) => Some(Self::Operator),
            (Role::Supervisor, Some(Mode::Listen)) => Some(Self::Listening),
            (Role::Supervisor, Some(Mode::Whisper)) => Some(Self::Whispering),
            (Role::Supervisor, None) => None,
        }
    }

    /// Whether a leg of this standing hears one of `speaker`'s.
    pub const fn hears(self, speaker: Self) -> bool {
        HEARS[self as usize][speaker as usize]
    }
}

const HEARS: [[bool; 4]; 4] = [
    // listener ↓, speaker → customer, operator, listening, whispering
    /* customer   */
    [false, true, false, false],
    /* operator   */ [true, false, false, true],
    /* listening  */ [true, true, false, false],
    /* whispering */ [true, true, false, false],
];

// The promise of the product: the customer's row holds no supervisor.
const _: () = assert!(!Standing::Customer.hears(Standing::Listening));
const _: () = assert!(!Standing::Customer.hears(Standing::Whispering));

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_supervisor_without_a_mode_has_no_place_in_the_table() {
        assert_eq!(Standing::of(Role::Supervisor, None), None);
    }

    #[test]
    fn only_the_operator_hears_a_whisper() {
        let all = [
            Standing::Customer,
            Standing::Operator,
            Standing::Listening,
            Standing::Whispering,
        ];
        let hearing: Vec<_> = all
            .into_iter()
            .filter(|listener| listener.hears(Standing::Whispering))
            .collect();
        assert_eq!(hearing, [Standing::Operator]);
    }

    #[test]
    fn nobody_hears_who_only_listens() {
        let all = [
            Standing::Customer,
            Standing::Operator,
            Standing::Listening,
            Standing::Whispering,
        ];
        assert!(!all
            .into_iter()
            .any(|listener| listener.hears(Standing::Listening)));
    }
}
