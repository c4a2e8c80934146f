//! Texts that are handed out and come back: session tokens and page tokens.
//!
//! Nothing is kept of them. A text is sealed with a checksum for one purpose, so that one which somebody has changed, or which
//! comes from elsewhere, is noticed. This keeps accidents out, not attackers: the key is below.

use std::fmt::Write as _;

use aws_sigv4::sign::v4::calculate_signature;

/// Digits of the checksum: enough for accidents, and short enough for the longest page token.
const CHECKSUM: usize = 16;

/// The text under its checksum, in letters and digits.
pub(crate) fn seal(purpose: &str, text: &str) -> String {
    let mut sealed = digest(purpose, text);
    sealed.truncate(CHECKSUM);
    for byte in text.bytes() {
        let _ = write!(sealed, "{byte:02x}");
    }
    sealed
}

/// The text that was sealed for this purpose.
pub(crate) fn open(purpose: &str, sealed: &str) -> Option<String> {
    let (_, digits) = sealed.split_at_checked(CHECKSUM)?;
    let bytes: Option<Vec<u8>> = digits
        .as_bytes()
        .chunks(2)
        .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok())
        .collect();
    let text = String::from_utf8(bytes?).ok()?;
    (seal(purpose, &text) == sealed).then_some(text)
}

/// 64 hexadecimal digits that only this text has, for this purpose.
pub(crate) fn digest(purpose: &str, text: &str) -> String {
    calculate_signature(format!("cirrus emulator {purpose}"), text.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_sealed_for_the_purpose_opens() {
        let sealed = seal("a", "text, ü");
        assert_eq!(open("a", &sealed).as_deref(), Some("text, ü"));
        assert_eq!(open("b", &sealed), None);
        for index in 0..sealed.len() {
            let mut changed = sealed.clone().into_bytes();
            changed[index] = if changed[index] == b'0' { b'1' } else { b'0' };
            assert_eq!(open("a", &String::from_utf8(changed).unwrap()), None);
        }
        for foreign in [
            "",
            "ü",
            "short",
            "+1+1+1+1+1+1+1+1+1+1",
            &sealed.to_uppercase(),
        ] {
            assert_eq!(open("a", foreign), None, "{foreign}");
        }
    }
}
