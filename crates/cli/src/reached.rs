//! How far a statement got, in numbers: the progress line, the summary of a statement that was cancelled and the error of
//! one that timed out say it with the same words.

use std::fmt;

use cirrus_engine::Report;

use crate::summary::count;

/// How far a statement got.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Reached {
    /// Rows printed.
    pub(crate) rows: u64,
    /// Pages of lists that came.
    pub(crate) pages: u64,
    /// Resources that were read on their own, and how many are known to be needed.
    pub(crate) gets: (u64, u64),
    /// Regions whose lists have ended, of how many.
    pub(crate) regions: (u64, u64),
}

impl Reached {
    pub(crate) fn of(rows: u64, report: &Report) -> Self {
        Self {
            rows,
            pages: report.progress.pages(),
            gets: report.progress.reads(),
            regions: report.progress.regions(),
        }
    }

    /// Whether more rows may turn up than are known, so that totals are only what is known so far.
    pub(crate) fn is_open(&self) -> bool {
        let (done, total) = self.regions;
        done < total
    }

    /// `12 rows`.
    pub(crate) fn rows_text(&self) -> String {
        count(self.rows, "row")
    }

    /// `3 pages`.
    pub(crate) fn pages_text(&self) -> Option<String> {
        (self.pages > 0).then(|| count(self.pages, "page"))
    }

    /// `8 of 12 gets`, or `8 of 12+ gets` while lists go on.
    pub(crate) fn gets_text(&self) -> Option<String> {
        let (done, wanted) = self.gets;
        let more = if self.is_open() { "+" } else { "" };
        (wanted > 0).then(|| format!("{done} of {wanted}{more} gets"))
    }

    /// `1 of 2 regions`; one region alone is not worth a word.
    pub(crate) fn regions_text(&self) -> Option<String> {
        let (done, total) = self.regions;
        (total > 1).then(|| format!("{done} of {total} regions"))
    }

    /// What was done for the rows: `3 pages, 8 of 12 gets, 1 of 2 regions`.
    pub(crate) fn behind_rows_text(&self) -> Option<String> {
        let texts = [self.pages_text(), self.gets_text(), self.regions_text()];
        let texts: Vec<String> = texts.into_iter().flatten().collect();
        (!texts.is_empty()).then(|| texts.join(", "))
    }
}

impl fmt::Display for Reached {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.rows_text())?;
        match self.behind_rows_text() {
            Some(text) => write!(f, ", {text}"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_only_what_there_is_to_say() {
        assert_eq!(Reached::default().to_string(), "0 rows");
        let open = Reached {
            rows: 1,
            pages: 3,
            gets: (8, 12),
            regions: (1, 2),
        };
        assert_eq!(
            open.to_string(),
            "1 row, 3 pages, 8 of 12+ gets, 1 of 2 regions"
        );
        let closed = Reached {
            regions: (1, 1),
            ..open
        };
        assert_eq!(closed.to_string(), "1 row, 3 pages, 8 of 12 gets");
    }
}
