//! The arguments of `cirrus emulator`.

use std::{
    net::{Ipv4Addr, SocketAddr},
    path::PathBuf,
    time::Duration,
};

use cirrus_emulator::{Fault, Latency, Limit};
use clap::{Args, ValueHint};

const STATE: &str = "What is there";
const TIME: &str = "How it goes";
const TROUBLE: &str = "What goes wrong";
const CALLERS: &str = "Who may call";

/// Serve a local AWS endpoint: Cloud Control, Cognito, STS and what their clients ask besides
///
/// Prints its URL first, then serves until Ctrl-C or SIGTERM. Any client that takes an endpoint URL can use it: the AWS
/// CLI, boto3, every AWS SDK. Without `--state` it starts empty and forgets everything at the end.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct EmulatorArgs {
    /// Where to listen: a port, or an address with a port. Other hosts reach it only if the address says so
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:0", value_parser = listen_address)]
    pub(crate) listen: SocketAddr,

    /// Append one JSON line per request to a file
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) log: Option<PathBuf>,

    /// Keep everything in a file, which survives a crash at any point
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, help_heading = STATE)]
    pub(crate) state: Option<PathBuf>,

    /// Load a data set at the start
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, help_heading = STATE)]
    pub(crate) load: Option<PathBuf>,

    /// Draw identifiers, chances and latencies from this number: the same requests get the same answers
    #[arg(long, value_name = "NUMBER", default_value_t = 0, help_heading = TIME)]
    pub(crate) seed: u64,

    /// How long a create, update or delete stays in progress: `0s`, `50ms`, `2m` [default: 50ms]
    #[arg(long, value_name = "TIME", value_parser = time, help_heading = TIME)]
    pub(crate) settle: Option<Duration>,

    /// Choose what is not known about AWS, or differs from type to type: `write-only=erase`; repeatable
    #[arg(long = "switch", value_name = "KEY=VALUE", help_heading = TIME)]
    pub(crate) switches: Vec<String>,

    /// Make something go wrong: `throttle:op=ListResources,times=2`; repeatable
    #[arg(long = "fault", value_name = "SPEC", help_heading = TROUBLE)]
    pub(crate) faults: Vec<Fault>,

    /// Let so many calls through: `GetResource=25/s`, `*=10/s,burst=30`; repeatable
    #[arg(long = "limit", value_name = "SPEC", help_heading = TROUBLE)]
    pub(crate) limits: Vec<Limit>,

    /// Take so long to answer: `*=20ms`, `GetResource=10ms..80ms`, `*=p50:40ms,p99:900ms`; repeatable
    #[arg(long = "latency", value_name = "SPEC", help_heading = TROUBLE)]
    pub(crate) latencies: Vec<Latency>,

    /// Read faults, limits, latencies, switches and settle time from a TOML file; the flags add to it
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, help_heading = TROUBLE)]
    pub(crate) scenario: Option<PathBuf>,

    /// Refuse requests whose signature is wrong; with no `--credential` the key `test` with the secret `test` is known
    #[arg(long, help_heading = CALLERS)]
    pub(crate) verify_signatures: bool,

    /// Know this access key and its secret; repeatable
    #[arg(long = "credential", value_name = "KEY=SECRET", value_parser = pair, requires = "verify_signatures", help_heading = CALLERS)]
    pub(crate) credentials: Vec<(String, String)>,

    /// Have this account in the organization, besides 123456789012 which manages it: `111122223333=dev`; repeatable
    #[arg(long = "account", value_name = "ID=NAME", value_parser = account, help_heading = CALLERS)]
    pub(crate) accounts: Vec<(String, String)>,
}

const EXAMPLES: &str = "\
Examples:
  cirrus emulator --listen 4577 --state dev.db
  cirrus emulator --limit 'GetResource=25/s' --fault 'deny:region=eu-west-1'
  AWS_ENDPOINT_URL=http://127.0.0.1:4577 aws cloudcontrol list-resources --type-name AWS::Cognito::UserPool";

fn listen_address(text: &str) -> Result<SocketAddr, String> {
    if let Ok(port) = text.trim_start_matches(':').parse::<u16>() {
        return Ok((Ipv4Addr::LOCALHOST, port).into());
    }
    let address = text
        .strip_prefix("localhost:")
        .map(|port| format!("127.0.0.1:{port}"));
    address.as_deref().unwrap_or(text).parse().map_err(|_| {
        "expected a port, or an address with a port such as `127.0.0.1:4577`".to_owned()
    })
}

fn time(text: &str) -> Result<Duration, String> {
    humantime::parse_duration(text)
        .map_err(|_| "expected a time such as `0s`, `500ms` or `2m`".to_owned())
}

fn pair(text: &str) -> Result<(String, String), String> {
    text.split_once('=')
        .filter(|(key, secret)| !key.is_empty() && !secret.is_empty())
        .map(|(key, secret)| (key.to_owned(), secret.to_owned()))
        .ok_or_else(|| "expected an access key and its secret, as `KEY=SECRET`".to_owned())
}

fn account(text: &str) -> Result<(String, String), String> {
    let (id, name) = text.split_once('=').unwrap_or((text, text));
    if id.len() == 12 && id.bytes().all(|byte| byte.is_ascii_digit()) && !name.is_empty() {
        Ok((id.to_owned(), name.to_owned()))
    } else {
        Err("expected an account of twelve digits and a name, as `111122223333=dev`".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_can_be_a_port() {
        let loopback = |port| Ok(SocketAddr::from((Ipv4Addr::LOCALHOST, port)));
        assert_eq!(listen_address("4577"), loopback(4577));
        assert_eq!(listen_address(":4577"), loopback(4577));
        assert_eq!(listen_address("localhost:4577"), loopback(4577));
        assert!(listen_address("0.0.0.0:1").is_ok());
        assert!(listen_address("here").is_err());
    }

    #[test]
    fn accounts_and_credentials_are_pairs() {
        assert_eq!(
            account("111122223333=dev"),
            Ok(("111122223333".to_owned(), "dev".to_owned()))
        );
        assert!(account("111122223333").is_ok());
        assert!(account("1111=dev").is_err() && account("111122223333=").is_err());
        assert_eq!(pair("a=b=c"), Ok(("a".to_owned(), "b=c".to_owned())));
        assert!(pair("a").is_err() && pair("=b").is_err());
        assert_eq!(time("0s"), Ok(Duration::ZERO));
        assert!(time("soon").is_err());
    }
}
