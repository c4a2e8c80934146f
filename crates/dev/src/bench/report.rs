//! The numbers as Markdown, and their place in `docs/benchmarks.md`.

use anyhow::Context;

use super::measure::Sample;

/// What was measured in one run.
#[derive(Clone, Debug)]
pub(super) struct Numbers {
    /// Processor, system and versions.
    pub(super) conditions: String,
    /// Rounds of start-ups, and of work.
    pub(super) rounds: (usize, usize),
    /// Calls in flight at once.
    pub(super) concurrency: usize,
    /// Bytes of the program's file.
    pub(super) binary: f64,
    /// `cirrus`, DuckDB as PyPI installs it, DuckDB's program itself, the AWS CLI.
    pub(super) start: [Sample; 4],
    /// How many rows were listed, by `cirrus` and by the loop.
    pub(super) listed: (usize, [Sample; 2]),
    /// How many rows were listed and read one by one, by `cirrus` and by the loop.
    pub(super) read: (usize, [Sample; 2]),
}

/// The most that start-up may take of DuckDB's time.
const START_TIME: f64 = 0.4;
/// The most memory, in bytes, that start-up may take.
const START_MEMORY: f64 = 45e6;
/// The largest size of the program, in bytes.
const BINARY: f64 = 80e6;
/// The most that lists and reads may take of the loop's time.
const WORK_TIME: f64 = 1.2;

/// The numbers as Markdown.
pub(super) fn markdown(numbers: &Numbers) -> String {
    let Numbers {
        conditions,
        rounds,
        concurrency,
        binary,
        start,
        listed,
        read,
    } = numbers;
    let [cirrus, duckdb, bare_duckdb, aws] = start;
    let [listing, listing_loop] = listed.1;
    let [reading, reading_loop] = read.1;
    let aims = [
        aim(
            "start-up: time ÷ that of `duckdb`, as PyPI installs it",
            START_TIME,
            cirrus.seconds / duckdb.seconds,
            times,
        ),
        aim(
            "start-up: time ÷ that of `duckdb`, without its Python script",
            START_TIME,
            cirrus.seconds / bare_duckdb.seconds,
            times,
        ),
        aim(
            "start-up: peak memory",
            START_MEMORY,
            cirrus.memory,
            megabytes,
        ),
        aim("size of the program", BINARY, *binary, megabytes),
        aim(
            "listing: time ÷ that of the loop",
            WORK_TIME,
            listing.seconds / listing_loop.seconds,
            times,
        ),
        aim(
            "reading: time ÷ that of the loop",
            WORK_TIME,
            reading.seconds / reading_loop.seconds,
            times,
        ),
    ];
    let tables = [
        table(["", "aim", "measured", ""], &aims),
        table(
            ["start-up", "time", "peak memory", "÷ cirrus"],
            &[
                line("`cirrus exec \"SELECT 1\"`", cirrus, cirrus),
                line(
                    "`duckdb -c \"SELECT 1\"`, as PyPI installs it",
                    duckdb,
                    cirrus,
                ),
                line("the same, without its Python script", bare_duckdb, cirrus),
                line("`aws --version`", aws, cirrus),
            ],
        ),
        table(
            [
                &format!("{} rows listed", thousands(listed.0)),
                "time",
                "peak memory",
                "÷ loop",
            ],
            &[
                line("`cirrus exec`", &listing, &listing_loop),
                line("plain loop", &listing_loop, &listing_loop),
            ],
        ),
        table(
            [
                &format!(
                    "{} rows listed and read, {concurrency} at a time",
                    thousands(read.0)
                ),
                "time",
                "peak memory",
                "÷ loop",
            ],
            &[
                line("`cirrus exec`", &reading, &reading_loop),
                line("plain loop", &reading_loop, &reading_loop),
            ],
        ),
    ];
    format!(
        "{conditions}. Medians of {} start-ups and {} rounds of work.\n\n{}",
        rounds.0,
        rounds.1,
        tables.join("\n")
    )
}

/// A row of the table of aims: what is to be at most so much.
pub(super) fn aim(what: &str, most: f64, measured: f64, unit: fn(f64) -> String) -> [String; 4] {
    judged(
        what,
        format!("≤ {}", unit(most)),
        unit(measured),
        measured <= most,
    )
}

/// A row of the table of aims: what is to be at least so much.
pub(super) fn aim_high(
    what: &str,
    least: f64,
    measured: f64,
    unit: fn(f64) -> String,
) -> [String; 4] {
    judged(
        what,
        format!("≥ {}", unit(least)),
        unit(measured),
        measured >= least,
    )
}

fn judged(what: &str, aim: String, measured: String, met: bool) -> [String; 4] {
    let verdict = if met { "met" } else { "missed" };
    [what.to_owned(), aim, measured, verdict.to_owned()]
}

fn line(name: &str, sample: &Sample, base: &Sample) -> [String; 4] {
    [
        name.to_owned(),
        milliseconds(sample.seconds),
        megabytes(sample.memory),
        times(sample.seconds / base.seconds),
    ]
}

/// A table whose columns are numbers, except the first.
pub(super) fn table<const N: usize>(head: [&str; N], rows: &[[String; N]]) -> String {
    let mut lines = vec![
        format!("| {} |\n", head.join(" | ")),
        format!("|---|{}\n", "---:|".repeat(N - 1)),
    ];
    lines.extend(rows.iter().map(|row| format!("| {} |\n", row.join(" | "))));
    lines.concat()
}

fn milliseconds(seconds: f64) -> String {
    let milliseconds = seconds * 1e3;
    if milliseconds < 100.0 {
        format!("{milliseconds:.1} ms")
    } else {
        format!("{milliseconds:.0} ms")
    }
}

pub(super) fn seconds(seconds: f64) -> String {
    format!("{seconds:.2} s")
}

pub(super) fn megabytes(bytes: f64) -> String {
    format!("{:.1} MB", bytes / 1e6)
}

pub(super) fn times(ratio: f64) -> String {
    format!("{ratio:.2}")
}

pub(super) fn thousands(number: usize) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Where the numbers of the programs are.
pub(super) const NUMBERS: &str = "<!-- numbers: `cargo dev bench --write` -->\n";
/// Where the emulator's numbers are.
pub(super) const EMULATOR: &str = "<!-- numbers: `cargo dev bench --emulator --write` -->\n";
/// Where the numbers of many calls are.
pub(super) const READS: &str = "<!-- numbers: `cargo dev bench --reads --write` -->\n";
/// Where the governor's numbers are.
pub(super) const GOVERNOR: &str = "<!-- numbers: `cargo dev bench --governor --write` -->\n";
const END: &str = "<!-- end of numbers -->";

/// A page with the numbers at a place replaced.
pub(super) fn replace(page: &str, place: &str, numbers: &str) -> anyhow::Result<String> {
    let missing = || {
        format!(
            "the page has no place for numbers: `{}` and `{END}`",
            place.trim()
        )
    };
    let (before, rest) = page.split_once(place).with_context(missing)?;
    let (_, after) = rest.split_once(END).with_context(missing)?;
    Ok(format!("{before}{place}\n{numbers}\n{END}{after}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(seconds: f64, memory: f64) -> Sample {
        Sample { seconds, memory }
    }

    #[test]
    fn aims_are_printed_beside_what_was_measured() {
        let text = markdown(&Numbers {
            conditions: "A machine".into(),
            rounds: (31, 7),
            concurrency: 16,
            binary: 73.2e6,
            start: [
                sample(0.009, 37e6),
                sample(0.041, 60e6),
                sample(0.015, 26e6),
                sample(0.228, 70e6),
            ],
            listed: (10_000, [sample(1.3, 50e6), sample(1.0, 20e6)]),
            read: (2_000, [sample(0.5, 50e6), sample(0.5, 20e6)]),
        });
        assert!(text.starts_with("A machine. Medians of 31 start-ups and 7 rounds of work.\n\n| "));
        for line in [
            "| start-up: time ÷ that of `duckdb`, as PyPI installs it | ≤ 0.40 | 0.22 | met |",
            "| start-up: time ÷ that of `duckdb`, without its Python script | ≤ 0.40 | 0.60 | missed |",
            "| size of the program | ≤ 80.0 MB | 73.2 MB | met |",
            "| listing: time ÷ that of the loop | ≤ 1.20 | 1.30 | missed |",
            "| `aws --version` | 228 ms | 70.0 MB | 25.33 |",
            "| 10,000 rows listed | time | peak memory | ÷ loop |",
        ] {
            assert!(text.contains(line), "{line} is missing:\n{text}");
        }
    }

    #[test]
    fn only_the_numbers_of_a_page_are_replaced() {
        let page = format!("# Title\n\n{NUMBERS}old\n{END}\n\nRest\n");
        let replaced = replace(&page, NUMBERS, "new\n").unwrap();
        assert_eq!(
            replaced,
            format!("# Title\n\n{NUMBERS}\nnew\n\n{END}\n\nRest\n")
        );
        assert_eq!(replace(&replaced, NUMBERS, "new\n").unwrap(), replaced);
        assert!(replace("# Title\n", NUMBERS, "new").is_err());
    }

    #[test]
    fn thousands_are_apart() {
        assert_eq!(
            [7, 1_000, 123_456].map(thousands),
            ["7", "1,000", "123,456"]
        );
    }
}
