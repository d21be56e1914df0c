//! Telephone numbers: what callers dial becomes E.164 before any rule looks at it.

const COUNTRY: &str = "81";
// ITU-T E.164, 6: fifteen digits at most; the shortest subscriber numbers here have more than five.
const DIGITS_MIN: usize = 6;
const DIGITS_MAX: usize = 15;

/// The dialled user part as `+81…`; none when it is no number of the country (`0…`, `81…` and `+81…` are).
pub fn normalised(user: &str) -> Option<String> {
    let digits = user.strip_prefix('+').unwrap_or(user);
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let national = if let Some(rest) = digits.strip_prefix(COUNTRY) {
        rest
    } else if user.starts_with('+') {
        return None;
    } else {
        digits.strip_prefix('0')?
    };
    // A second 0 is no area, and 010 leads out of the country.
    let whole = !national.starts_with('0') && !national.starts_with("10");
    let length = COUNTRY.len() + national.len();
    (whole && (DIGITS_MIN..=DIGITS_MAX).contains(&length)).then(|| format!("+{COUNTRY}{national}"))
}

/// The caller's number as sent, 64 characters at most; empty when withheld (RFC 3323: `anonymous`).
pub fn caller(user: &str) -> String {
    if user.eq_ignore_ascii_case("anonymous") {
        return String::new();
    }
    user.chars().filter(|c| !c.is_control()).take(64).collect()
}
