//! A scripted HTTP server for tests: answers requests in order and records what was asked.

use std::sync::Arc;

use parking_lot::Mutex;
use serde_json::Value;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

/// One answer of the script.
#[derive(Clone, Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) body: String,
    /// Bytes promised beyond the body before the connection is closed.
    pub(crate) missing: usize,
}

impl Reply {
    pub(crate) fn json(body: &Value) -> Self {
        Self {
            status: 200,
            body: body.to_string(),
            missing: 0,
        }
    }

    pub(crate) fn text(status: u16, body: &str) -> Self {
        Self {
            status,
            body: body.to_owned(),
            missing: 0,
        }
    }

    /// An error as AWS words it.
    pub(crate) fn error(status: u16, code: &str, message: &str) -> Self {
        let body = serde_json::json!({"__type": format!("com.amazon.cloudapiservice#{code}"), "Message": message});
        Self::text(status, &body.to_string())
    }
}

/// A request as it arrived: the operation and its input.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Asked {
    pub(crate) operation: String,
    pub(crate) input: Value,
}

/// A server that gives `replies` in order, the last one for ever.
#[derive(Debug)]
pub(crate) struct Wire {
    pub(crate) url: String,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl Wire {
    pub(crate) async fn start(replies: Vec<Reply>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let asked: Arc<Mutex<Vec<Asked>>> = Arc::default();
        let log = Arc::clone(&asked);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, replies.clone(), Arc::clone(&log)));
            }
        });
        Self { url, asked }
    }

    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.asked.lock().clone()
    }
}

async fn serve(mut stream: TcpStream, replies: Vec<Reply>, log: Arc<Mutex<Vec<Asked>>>) {
    let mut buffer = Vec::new();
    while let Some(asked) = read_request(&mut stream, &mut buffer).await {
        let reply = {
            let mut log = log.lock();
            log.push(asked);
            replies[(log.len() - 1).min(replies.len() - 1)].clone()
        };
        let head = format!(
            "HTTP/1.1 {} x\r\ncontent-type: application/x-amz-json-1.0\r\nx-amzn-requestid: request-1\r\ncontent-length: {}\r\n\r\n",
            reply.status,
            reply.body.len() + reply.missing
        );
        stream.write_all(head.as_bytes()).await.unwrap();
        stream.write_all(reply.body.as_bytes()).await.unwrap();
        if reply.missing > 0 {
            return;
        }
    }
}

async fn read_request(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> Option<Asked> {
    loop {
        if let Some(end) = buffer.windows(4).position(|window| window == b"\r\n\r\n") {
            let head = String::from_utf8(buffer[..end].to_vec()).unwrap();
            let header = |name: &str| {
                head.lines().find_map(|line| {
                    line.split_once(": ")
                        .filter(|(key, _)| key.eq_ignore_ascii_case(name))
                        .map(|(_, value)| value)
                })
            };
            let length: usize = header("content-length")?.parse().unwrap();
            if buffer.len() >= end + 4 + length {
                let asked = Asked {
                    operation: header("x-amz-target")?.rsplit('.').next()?.to_owned(),
                    input: serde_json::from_slice(&buffer[end + 4..end + 4 + length]).unwrap(),
                };
                buffer.drain(..end + 4 + length);
                return Some(asked);
            }
        }
        if stream.read_buf(buffer).await.ok()? == 0 {
            return None;
        }
    }
}
