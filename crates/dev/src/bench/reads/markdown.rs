//! The numbers as Markdown: the aims, then a table a case.

use super::{
    super::{
        measure::Sample,
        report::{aim, aim_high, megabytes, seconds, table, thousands, times},
    },
    CLI_CALLS, COUNTED, Inventory, LIMITED_ROUNDS, LISTERS, Measured, Numbers, PACED, RATE, READ,
    SMALL,
    case::count,
};

/// The most of the bound's time that work at a limit may take.
const BOUND: f64 = 1.1;
/// The most of boto3's time with 64 threads that reading may take.
const READ_TIME: f64 = 1.0;
/// How often reading is done before boto3 has done it once, one call at a time.
const READ_SPEED: f64 = 40.0;
/// The most of boto3's memory that reading may take.
const READ_MEMORY: f64 = 1.2;

/// What the last column of a case compares with.
#[derive(Clone, Copy)]
enum Base {
    /// The shortest time that the limits allow, in seconds.
    Bound(f64),
    /// The time of `cirrus`.
    Ours(f64),
}

/// The numbers as Markdown.
pub(in super::super) fn markdown(numbers: &Numbers) -> String {
    let tables = [
        aims(numbers),
        counted(numbers),
        counted_at_limit(numbers),
        read(numbers),
        paced(numbers),
        small(numbers),
    ];
    format!(
        "Medians of {} rounds, at limits of {LIMITED_ROUNDS}, unless a line says once.\n\n{}\n",
        numbers.rounds,
        tables.join("\n"),
    )
}

fn aims(numbers: &Numbers) -> String {
    let fewest = count(COUNTED.all_lists());
    let counting = &numbers.counted[0];
    let (reading, many, one) = (
        &numbers.read[0].sample,
        &numbers.read[1].sample,
        &numbers.read_one_by_one.sample,
    );
    let at_limit = |what: &str, measured: &Measured, bound| {
        let what = format!("{what}: time ÷ bound");
        aim(&what, BOUND, measured.sample.seconds / bound, times)
    };
    let rows = [
        aim(
            "counting: calls ÷ the fewest",
            1.0,
            counting.calls / fewest,
            times,
        ),
        at_limit(
            "counting at a limit",
            &numbers.counted_at_limit[0],
            bound(COUNTED.lists()),
        ),
        aim(
            "reading: time ÷ that of boto3 with 64 threads",
            READ_TIME,
            reading.seconds / many.seconds,
            times,
        ),
        aim_high(
            "reading: time of boto3 with one call at a time ÷ ours",
            READ_SPEED,
            one.seconds / reading.seconds,
            times,
        ),
        aim(
            "reading: peak memory ÷ that of boto3 with 64 threads",
            READ_MEMORY,
            reading.memory / many.memory,
            times,
        ),
        at_limit(
            "reading at a limit",
            &numbers.paced[0],
            bound(PACED.clients()),
        ),
        at_limit(
            "a small job at a limit",
            &numbers.small[0],
            bound(SMALL.lists()),
        ),
    ];
    table(["", "aim", "measured", ""], &rows)
}

fn counted(numbers: &Numbers) -> String {
    let [ours, few, many] = &numbers.counted;
    let lines = [
        ("`cirrus exec`", ours),
        ("boto3, 16 threads", few),
        ("boto3, 64 threads", many),
        (
            "AWS CLI, 2 processes at a time, once",
            &numbers.counted_by_cli,
        ),
    ];
    let title = format!(
        "{} clients counted in {} regions; {} calls at least",
        thousands(COUNTED.clients()),
        COUNTED.regions.len(),
        thousands(COUNTED.all_lists()),
    );
    case(&title, &lines, Base::Ours(ours.sample.seconds))
}

fn counted_at_limit(numbers: &Numbers) -> String {
    let bound = bound(COUNTED.lists());
    let title = format!(
        "the same with {RATE} lists a second and region; {} at least",
        seconds(bound)
    );
    case(
        &title,
        &listers(&numbers.counted_at_limit),
        Base::Bound(bound),
    )
}

fn read(numbers: &Numbers) -> String {
    let [ours, many] = &numbers.read;
    // The AWS CLI follows pages by itself, hence one process for all pools and one for the clients of each.
    let processes = 1 + READ.pools + READ.clients();
    let cli = &numbers.cli_call;
    let computed = Measured {
        calls: count(reads(READ)),
        sample: Sample {
            seconds: cli.sample.seconds * count(processes),
            ..cli.sample
        },
        ..*cli
    };
    let computed_name = format!(
        "AWS CLI, one process at a time: {} × the median of {CLI_CALLS} calls",
        thousands(processes)
    );
    let lines = [
        ("`cirrus exec`", ours),
        ("boto3, 64 threads", many),
        ("boto3, one call at a time, once", &numbers.read_one_by_one),
        (&computed_name, &computed),
    ];
    let title = format!(
        "{} clients listed and read, 50 ms a call; {} calls at least",
        thousands(READ.clients()),
        thousands(reads(READ)),
    );
    case(&title, &lines, Base::Ours(ours.sample.seconds))
}

fn paced(numbers: &Numbers) -> String {
    let [ours, boto] = &numbers.paced;
    let bound = bound(PACED.clients());
    let lines = [
        ("`cirrus exec`, once", ours),
        ("boto3, 16 threads, adaptive, once", boto),
    ];
    let title = format!(
        "{} clients listed and read, {RATE} reads a second; {} at least",
        thousands(PACED.clients()),
        seconds(bound),
    );
    case(&title, &lines, Base::Bound(bound))
}

fn small(numbers: &Numbers) -> String {
    let bound = bound(SMALL.lists());
    let title = format!(
        "a small job: {} lists in one region, {RATE} a second; {} at least",
        SMALL.lists(),
        seconds(bound),
    );
    case(&title, &listers(&numbers.small), Base::Bound(bound))
}

/// The fewest calls that list and read everything.
fn reads(inventory: Inventory) -> usize {
    inventory.all_lists() + inventory.clients()
}

/// The least time, in seconds, that a full bucket allows for so many calls.
fn bound(calls: usize) -> f64 {
    ((count(calls) - RATE) / RATE).max(0.0)
}

fn listers(measured: &[Measured; LISTERS.len()]) -> Vec<(&'static str, &Measured)> {
    LISTERS.into_iter().zip(measured).collect()
}

fn case(title: &str, lines: &[(&str, &Measured)], base: Base) -> String {
    let (head, base) = match base {
        Base::Bound(bound) => ("÷ bound", bound),
        Base::Ours(ours) => ("÷ cirrus", ours),
    };
    let rows: Vec<_> = lines
        .iter()
        .map(|(name, measured)| line(name, measured, base))
        .collect();
    let head = [title, "time", head, "peak memory", "calls", "throttled"];
    table(head, &rows)
}

fn line(name: &str, measured: &Measured, base: f64) -> [String; 6] {
    let Measured {
        sample,
        calls,
        throttled,
    } = measured;
    [
        name.to_owned(),
        seconds(sample.seconds),
        times(sample.seconds / base),
        megabytes(sample.memory),
        format!("{calls:.0}"),
        format!("{throttled:.0}"),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn measured(seconds: f64, memory: f64, calls: f64) -> Measured {
        Measured {
            sample: Sample { seconds, memory },
            calls,
            throttled: 2.0,
        }
    }

    #[test]
    fn the_bound_is_what_the_bucket_lets_through() {
        assert!((bound(400) - 15.0).abs() < 1e-9);
        assert!((bound(52) - 1.08).abs() < 1e-9);
        assert!(bound(10).abs() < 1e-9);
        assert_eq!(
            (SMALL.lists(), PACED.clients(), reads(READ)),
            (53, 400, 1_052)
        );
    }

    #[test]
    fn every_case_has_its_table_and_its_aims() {
        let any = measured(2.0, 50e6, 208.0);
        let text = markdown(&Numbers {
            rounds: 9,
            counted: [measured(0.2, 50e6, 208.0), any, any],
            counted_by_cli: any,
            counted_at_limit: [measured(1.3, 50e6, 212.0), any, any, any, any],
            read: [measured(1.0, 59e6, 1_052.0), measured(1.25, 50e6, 1_052.0)],
            read_one_by_one: measured(54.0, 50e6, 1_052.0),
            cli_call: measured(0.7, 56e6, 1.0),
            paced: [measured(15.3, 50e6, 430.0), any],
            small: [any; LISTERS.len()],
        });
        for line in [
            "| counting: calls ÷ the fewest | ≤ 1.00 | 1.00 | met |",
            "| counting at a limit: time ÷ bound | ≤ 1.10 | 1.20 | missed |",
            "| reading: time ÷ that of boto3 with 64 threads | ≤ 1.00 | 0.80 | met |",
            "| reading: time of boto3 with one call at a time ÷ ours | ≥ 40.00 | 54.00 | met |",
            "| reading: peak memory ÷ that of boto3 with 64 threads | ≤ 1.20 | 1.18 | met |",
            "| reading at a limit: time ÷ bound | ≤ 1.10 | 1.02 | met |",
            "| `cirrus exec` | 1.30 s | 1.20 | 50.0 MB | 212 | 2 |",
            "| AWS CLI, one process at a time: 1,051 × the median of 20 calls | 735.70 s | 735.70 | 56.0 MB | 1052 | 2 |",
        ] {
            assert!(text.contains(line), "{line} is missing:\n{text}");
        }
    }
}
