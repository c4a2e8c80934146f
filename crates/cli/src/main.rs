//! The program `cirrus`; everything is in the library, where tests reach it.

use std::process::ExitCode;

fn main() -> ExitCode {
    cirrus_cli::run(std::env::args_os())
}
