//! The environment variables that the program itself reads.
//!
//! The AWS SDK reads its own (`AWS_PROFILE`, `AWS_REGION`, `AWS_ENDPOINT_URL`, ...), and terminals have theirs
//! (`NO_COLOR`, `CLICOLOR_FORCE`). `settings.rs` puts these below flags and above defaults.

/// The output format when `-o` is not given.
pub const CIRRUS_OUTPUT: &str = "CIRRUS_OUTPUT";

/// The folder of additional type schemas when `--providers` is not given.
pub const CIRRUS_PROVIDERS: &str = "CIRRUS_PROVIDERS";

/// Refuses every write, as `--read-only` does, when set to `1` or `true`.
pub const CIRRUS_READ_ONLY: &str = "CIRRUS_READ_ONLY";

/// The limit of one statement when `--timeout` is not given.
pub const CIRRUS_TIMEOUT: &str = "CIRRUS_TIMEOUT";

/// The folder for what runs keep: the prompt's history, learned rate limits and types.
pub const CIRRUS_STATE_DIR: &str = "CIRRUS_STATE_DIR";

/// The folder for the state of all programs, `cirrus` below it, when [`CIRRUS_STATE_DIR`] is not set.
pub const XDG_STATE_HOME: &str = "XDG_STATE_HOME";

/// What to log to stderr, as `tracing` directives (`cirrus_aws=debug`); beats `-v`.
pub const CIRRUS_LOG: &str = "CIRRUS_LOG";
