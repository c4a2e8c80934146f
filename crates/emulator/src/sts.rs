//! STS, as far as clients need it to say who they are: GetCallerIdentity in the query protocol, answered in XML.

use axum::http::StatusCode;

use crate::caller::Caller;

/// An answer of STS.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) body: String,
    pub(crate) error: Option<&'static str>,
}

const NAMESPACE: &str = "https://sts.amazonaws.com/doc/2011-06-15/";

/// The `Action` of a query request's body or query string.
pub(crate) fn action(form: &str) -> Option<&str> {
    form.split('&')
        .find_map(|pair| pair.strip_prefix("Action="))
}

pub(crate) fn answer(action: &str, caller: &Caller, request_id: &str) -> Answer {
    if action != "GetCallerIdentity" {
        let message = format!(
            "Could not find operation {} for version 2011-06-15",
            escape(action)
        );
        return refuse(
            "InvalidAction",
            &message,
            request_id,
            StatusCode::BAD_REQUEST,
        );
    }
    let body = format!(
        "<GetCallerIdentityResponse xmlns=\"{NAMESPACE}\">\n  <GetCallerIdentityResult>\n    <Arn>{}</Arn>\n    \
         <UserId>AIDACIRRUSLOCAL000000</UserId>\n    <Account>{}</Account>\n  </GetCallerIdentityResult>\n  \
         <ResponseMetadata>\n    <RequestId>{request_id}</RequestId>\n  </ResponseMetadata>\n</GetCallerIdentityResponse>\n",
        escape(&caller.arn()),
        escape(&caller.account),
    );
    Answer {
        status: StatusCode::OK,
        body,
        error: None,
    }
}

/// An error of the query protocol.
pub(crate) fn refuse(
    code: &'static str,
    message: &str,
    request_id: &str,
    status: StatusCode,
) -> Answer {
    let side = if status.is_server_error() {
        "Receiver"
    } else {
        "Sender"
    };
    Answer {
        status,
        body: format!(
            "<ErrorResponse xmlns=\"{NAMESPACE}\">\n  <Error>\n    <Type>{side}</Type>\n    <Code>{code}</Code>\n    \
             <Message>{}</Message>\n  </Error>\n  <RequestId>{request_id}</RequestId>\n</ErrorResponse>\n",
            escape(message)
        ),
        error: Some(code),
    }
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}
