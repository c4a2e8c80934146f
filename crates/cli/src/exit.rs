//! Exit codes, decided here and nowhere else.

use cirrus_diagnostic::{Diagnostic, Kind};

/// How a run ended; a later one that is worse replaces an earlier one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum ExitStatus {
    /// Everything was done; also when the reader of stdout closed it, because it has what it wanted (as in ripgrep).
    Done,
    /// Rows are missing that should be there.
    Partial,
    /// A statement failed.
    Failed,
    /// The arguments make no sense.
    Usage,
    /// Ctrl-C.
    Cancelled,
}

impl ExitStatus {
    pub(crate) fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Failed => 1,
            Self::Usage => 2,
            Self::Partial => 3,
            Self::Cancelled => 130,
        }
    }

    /// The status of a run that ends with an error.
    pub(crate) fn of(diagnostic: &Diagnostic) -> Self {
        match diagnostic.kind {
            Kind::Usage => Self::Usage,
            Kind::User | Kind::Environment | Kind::Cloud | Kind::Internal => Self::Failed,
        }
    }

    /// The worse of two.
    pub(crate) fn and(self, other: Self) -> Self {
        self.max(other)
    }
}

/// Ends the process at once, for the second Ctrl-C.
#[expect(
    clippy::exit,
    reason = "the user asked twice, and a statement that does not yield cannot be waited for"
)]
pub(crate) fn at_once(status: ExitStatus) -> ! {
    std::process::exit(status.code().into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_the_documented_ones() {
        let all = [
            ExitStatus::Done,
            ExitStatus::Failed,
            ExitStatus::Usage,
            ExitStatus::Partial,
            ExitStatus::Cancelled,
        ];
        assert_eq!(all.map(ExitStatus::code), [0, 1, 2, 3, 130]);
    }

    #[test]
    fn a_failure_outweighs_missing_rows() {
        assert_eq!(
            ExitStatus::Partial.and(ExitStatus::Failed),
            ExitStatus::Failed
        );
        assert_eq!(
            ExitStatus::Partial.and(ExitStatus::Done),
            ExitStatus::Partial
        );
        assert_eq!(
            ExitStatus::Failed.and(ExitStatus::Cancelled),
            ExitStatus::Cancelled
        );
    }

    #[test]
    fn only_usage_is_two() {
        for (kind, code) in [
            (Kind::User, 1),
            (Kind::Usage, 2),
            (Kind::Environment, 1),
            (Kind::Cloud, 1),
            (Kind::Internal, 1),
        ] {
            assert_eq!(
                ExitStatus::of(&Diagnostic::error("x", kind, "x")).code(),
                code
            );
        }
    }
}
