//! Connections: reads requests off them, sends answers in the manner that their faults ask for. The only file that knows hyper.

use std::{convert::Infallible, io, net::SocketAddr, sync::Arc, time::Duration};

use http_body_util::{BodyExt as _, Limited, StreamBody, combinators::BoxBody};
use hyper::{
    Request, Response,
    body::{Bytes, Frame, Incoming as Body},
    header::{CONTENT_LENGTH, HeaderValue},
    server::conn::http1,
    service::service_fn,
};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::GracefulShutdown,
};
use tokio::{
    net::TcpListener,
    sync::{mpsc, oneshot},
    task::JoinSet,
};

use crate::{
    crash::{self, CrashPoint},
    gateway::Gateway,
    http::{Incoming, Manner, Outgoing},
};

/// More than the longest members of a request together.
const LONGEST_BODY: usize = 1024 * 1024;
/// How many pieces a slow answer comes in.
const PIECES: usize = 16;
/// How long a shutdown waits for requests that are being answered.
const PATIENCE: Duration = Duration::from_secs(1);

/// A listener that is bound but not served yet.
pub(crate) struct Listener {
    listener: TcpListener,
    pub(crate) address: SocketAddr,
}

impl Listener {
    pub(crate) async fn bind(address: SocketAddr) -> io::Result<Self> {
        let listener = TcpListener::bind(address).await?;
        let address = listener.local_addr()?;
        Ok(Self { listener, address })
    }

    /// Serves until told to stop; what has been asked by then is still answered.
    pub(crate) async fn serve(self, gateway: Arc<Gateway>, mut stop: oneshot::Receiver<()>) {
        let graceful = GracefulShutdown::new();
        let mut connections = JoinSet::new();
        loop {
            let accepted = tokio::select! {
                accepted = self.listener.accept() => accepted,
                // Finished ones need not be remembered.
                Some(_) = connections.join_next() => continue,
                // An error means that the emulator was dropped.
                _ = &mut stop => break,
            };
            let stream = match accepted {
                Ok((stream, _)) => stream,
                Err(error) => {
                    // Out of file handles, or a peer that is gone already.
                    tracing::warn!(%error, "a connection cannot be accepted");
                    tokio::time::sleep(Duration::from_millis(10)).await;
                    continue;
                }
            };
            // Small answers on a kept connection must not wait for the peer's acknowledgement.
            let _ = stream.set_nodelay(true);
            let gateway = Arc::clone(&gateway);
            let service = service_fn(move |request| answer(Arc::clone(&gateway), request));
            let connection = http1::Builder::new()
                .timer(TokioTimer::new())
                .serve_connection(TokioIo::new(stream), service);
            let connection = graceful.watch(connection);
            connections.spawn(async move {
                if let Err(error) = connection.await {
                    tracing::debug!(%error, "a connection ended early");
                }
            });
        }
        drop(self.listener);
        let _ = tokio::time::timeout(PATIENCE, graceful.shutdown()).await;
        connections.shutdown().await;
    }
}

/// The connection is to be closed without an answer.
#[derive(Debug, thiserror::Error)]
#[error("closed on purpose")]
struct Closed;

type Answer = Response<BoxBody<Bytes, Closed>>;

async fn answer(gateway: Arc<Gateway>, request: Request<Body>) -> Result<Answer, Closed> {
    let (parts, body) = request.into_parts();
    let body = match Limited::new(body, LONGEST_BODY).collect().await {
        Ok(collected) => Some(collected.to_bytes()),
        Err(error) if error.is::<http_body_util::LengthLimitError>() => None,
        // The peer has gone away in the middle of its request.
        Err(_) => return Err(Closed),
    };
    let incoming = Incoming {
        method: parts.method,
        path: parts.uri.path().to_owned(),
        query: parts.uri.query().unwrap_or_default().to_owned(),
        headers: parts.headers,
        body,
    };
    let outgoing = gateway.answer(incoming).await;
    if !outgoing.delay.is_zero() {
        tokio::time::sleep(outgoing.delay).await;
    }
    send(outgoing)
}

fn send(outgoing: Outgoing) -> Result<Answer, Closed> {
    let Outgoing {
        status,
        headers,
        body,
        manner,
        ..
    } = outgoing;
    let body = Bytes::from(body);
    let length = HeaderValue::from(body.len());
    let body = match manner {
        Manner::Whole => http_body_util::Full::new(body)
            .map_err(|never: Infallible| match never {})
            .boxed(),
        Manner::Closed => return Err(Closed),
        Manner::DieBefore => {
            crash::at(CrashPoint::Answering, Some(CrashPoint::Answering));
            return Err(Closed);
        }
        Manner::Cut => in_pieces(body, End::Close),
        Manner::DieWithin => in_pieces(body, End::Die),
        Manner::Slow(over) => in_pieces(body, End::Whole(over)),
    };
    let mut response = Response::new(body);
    *response.status_mut() = status;
    *response.headers_mut() = headers;
    // What comes in pieces has a length too, by which a client sees that it has not got all.
    response.headers_mut().insert(CONTENT_LENGTH, length);
    Ok(response)
}

/// How a body ends that is sent in pieces.
#[derive(Clone, Copy)]
enum End {
    /// As it should, after this time.
    Whole(Duration),
    /// By closing the connection in the middle.
    Close,
    /// With the process, in the middle.
    Die,
}

/// Long enough for the first half to be on its way before the rest fails.
const PAUSE: Duration = Duration::from_millis(20);

fn in_pieces(body: Bytes, end: End) -> BoxBody<Bytes, Closed> {
    let (sender, receiver) = mpsc::channel::<Result<Frame<Bytes>, Closed>>(1);
    tokio::spawn(async move {
        match end {
            End::Whole(over) => {
                let pause = over / u32::try_from(PIECES).unwrap_or(1);
                let size = body.len().div_ceil(PIECES).max(1);
                for piece in body.chunks(size) {
                    tokio::time::sleep(pause).await;
                    let piece = Bytes::copy_from_slice(piece);
                    if sender.send(Ok(Frame::data(piece))).await.is_err() {
                        return;
                    }
                }
            }
            End::Close | End::Die => {
                let half = body.slice(..body.len() / 2);
                let _ = sender.send(Ok(Frame::data(half))).await;
                tokio::time::sleep(PAUSE).await;
                if matches!(end, End::Die) {
                    crash::at(CrashPoint::Answered, Some(CrashPoint::Answered));
                }
                let _ = sender.send(Err(Closed)).await;
            }
        }
    });
    let stream = futures::stream::unfold(receiver, async |mut receiver| {
        let piece = receiver.recv().await?;
        Some((piece, receiver))
    });
    StreamBody::new(stream).boxed()
}
