//! What `cargo dev bench --emulator` asks with: the same call over and over on a few kept connections, with nothing
//! between the sockets and the bytes.
//!
//! `hammer ADDRESS create POOL FIRST COUNT` creates clients in a user pool, numbered from FIRST on;
//! `hammer ADDRESS get POOL|CLIENT 0 COUNT` reads one. Prints seconds.

#![expect(clippy::print_stdout, reason = "what it measures is its output")]

use std::{
    env,
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::TcpStream,
    sync::atomic::{AtomicUsize, Ordering},
    time::Instant,
};

use anyhow::{Context as _, ensure};

/// Calls in flight at once.
const CONNECTIONS: usize = 8;

fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [address, what, name, first, count] = arguments.as_slice() else {
        anyhow::bail!("usage: hammer ADDRESS create|get NAME FIRST COUNT");
    };
    let first: usize = first.parse().context("FIRST is not a number")?;
    let count: usize = count.parse().context("COUNT is not a number")?;
    let next = AtomicUsize::new(first);
    let begin = Instant::now();
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..CONNECTIONS)
            .map(|_| {
                scope.spawn(|| {
                    let mut connection = Connection::open(address)?;
                    loop {
                        let number = next.fetch_add(1, Ordering::Relaxed);
                        if number >= first + count {
                            return anyhow::Ok(());
                        }
                        connection.call(what, name, number)?;
                    }
                })
            })
            .collect();
        for worker in workers {
            worker.join().ok().context("a thread panicked")??;
        }
        anyhow::Ok(())
    })?;
    println!("{}", begin.elapsed().as_secs_f64());
    Ok(())
}

struct Connection {
    stream: BufReader<TcpStream>,
    address: String,
}

impl Connection {
    fn open(address: &str) -> anyhow::Result<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        Ok(Self {
            stream: BufReader::new(stream),
            address: address.to_owned(),
        })
    }

    fn call(&mut self, what: &str, name: &str, number: usize) -> anyhow::Result<()> {
        let (operation, body) = if what == "create" {
            let desired = format!(
                r#"{{\"UserPoolId\":\"{name}\",\"ClientName\":\"client-{number}\",\"CallbackURLs\":[\"https://app.example.com/{number}\"],\"AllowedOAuthFlows\":[\"code\"],\"AllowedOAuthScopes\":[\"openid\"],\"AllowedOAuthFlowsUserPoolClient\":true,\"SupportedIdentityProviders\":[\"COGNITO\"]}}"#
            );
            let body = format!(
                r#"{{"TypeName":"AWS::Cognito::UserPoolClient","DesiredState":"{desired}","ClientToken":"token-{number}"}}"#
            );
            ("CreateResource", body)
        } else {
            let body =
                format!(r#"{{"TypeName":"AWS::Cognito::UserPoolClient","Identifier":"{name}"}}"#);
            ("GetResource", body)
        };
        let request = format!(
            "POST / HTTP/1.1\r\nhost: {}\r\ncontent-type: application/x-amz-json-1.0\r\nx-amz-target: CloudApiService.{operation}\r\n\
             authorization: AWS4-HMAC-SHA256 Credential=test/20261120/us-east-1/cloudcontrolapi/aws4_request, SignedHeaders=host, Signature=0\r\n\
             content-length: {}\r\n\r\n{body}",
            self.address,
            body.len()
        );
        self.stream.get_mut().write_all(request.as_bytes())?;
        let mut line = String::new();
        self.stream.read_line(&mut line)?;
        ensure!(line.starts_with("HTTP/1.1 200"), "answered {line}");
        let mut length = 0;
        loop {
            line.clear();
            self.stream.read_line(&mut line)?;
            if line == "\r\n" {
                break;
            }
            if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
                length = value.trim().parse()?;
            }
        }
        let mut body = vec![0; length];
        self.stream.read_exact(&mut body)?;
        Ok(())
    }
}
