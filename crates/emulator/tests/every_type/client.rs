//! The emulator and one connection to it, which stays open: thousands of requests go over it.

use std::{sync::Arc, time::Duration};

use cirrus_emulator::{Clock, Emulator, MissingParent, Options, Switches};
use cirrus_provider::Schemas;
use serde_json::Value;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

/// How long a write takes on the clock, which stands still until it is moved.
const SETTLE: Duration = Duration::from_secs(1);

pub(crate) struct Client {
    emulator: Emulator,
    clock: Clock,
    stream: TcpStream,
}

/// Why a call failed, as the answer says it.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) code: String,
    pub(crate) message: String,
}

impl Client {
    pub(crate) async fn start(schemas: &Arc<Schemas>) -> Self {
        let clock = Clock::manual();
        let options = Options {
            settle: SETTLE,
            clock: clock.clone(),
            // Most list inputs name parents that are only a text here.
            switches: Switches {
                missing_parent: MissingParent::Empty,
                ..Switches::default()
            },
            ..Options::new(Arc::clone(schemas))
        };
        let emulator = Emulator::start(options).await.unwrap();
        let address = emulator.url().replace("http://", "");
        let stream = TcpStream::connect(address).await.unwrap();
        stream.set_nodelay(true).unwrap();
        Self {
            emulator,
            clock,
            stream,
        }
    }

    /// Lets every write that is under way come to its end.
    pub(crate) fn settle(&self) {
        self.clock.advance(SETTLE);
    }

    /// Calls an operation of Cloud Control.
    pub(crate) async fn call(
        &mut self,
        region: &str,
        operation: &str,
        body: &Value,
    ) -> Result<Value, Failure> {
        let body = body.to_string();
        let request = format!(
            "POST / HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/x-amz-json-1.0\r\n\
             x-amz-target: CloudApiService.{operation}\r\n\
             authorization: AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260101/{region}/cloudcontrolapi/aws4_request, \
             SignedHeaders=host, Signature=0\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        );
        self.stream.write_all(request.as_bytes()).await.unwrap();
        let (status, body) = self.answer().await;
        let body: Value = serde_json::from_slice(&body).unwrap();
        if status == 200 {
            return Ok(body);
        }
        let text = |name: &str| body[name].as_str().unwrap_or_default();
        Err(Failure {
            code: text("__type")
                .rsplit('#')
                .next()
                .unwrap_or_default()
                .to_owned(),
            message: format!("{}{}", text("Message"), text("message")),
        })
    }

    /// Reads one answer: its status and its body.
    async fn answer(&mut self) -> (u16, Vec<u8>) {
        let mut read = Vec::with_capacity(4096);
        let (head, end) = loop {
            assert_ne!(
                self.stream.read_buf(&mut read).await.unwrap(),
                0,
                "the answer is cut off"
            );
            if let Some(end) = read.windows(4).position(|window| window == b"\r\n\r\n") {
                break (String::from_utf8(read[..end].to_vec()).unwrap(), end + 4);
            }
        };
        let lines = head.to_lowercase();
        let length = lines
            .lines()
            .find_map(|line| line.strip_prefix("content-length: "));
        let length: usize = length.unwrap().parse().unwrap();
        while read.len() < end + length {
            assert_ne!(
                self.stream.read_buf(&mut read).await.unwrap(),
                0,
                "the answer is cut off"
            );
        }
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        (status, read.split_off(end))
    }

    pub(crate) async fn stop(self) {
        drop(self.stream);
        self.emulator.shutdown().await;
    }
}
