//! The requests of a life.

use serde_json::{Value, json};

use crate::{client::Failure, life_cycle::Life};

impl Life<'_> {
    /// Checks that an operation without a handler is refused in AWS's words.
    pub(crate) async fn refuses(
        &mut self,
        operation: &str,
        word: &str,
        body: Value,
    ) -> Result<(), String> {
        let expected = format!(
            "Resource type {} does not support {word} action",
            self.document.name()
        );
        match self.answer(operation, body).await {
            Err(Failure { code, message })
                if code == "UnsupportedActionException" && message == expected =>
            {
                Ok(())
            }
            other => Err(format!("{operation} without a handler: {other:?}")),
        }
    }

    /// Sends a write, lets its time pass, and returns the event of its success.
    pub(crate) async fn finish(&mut self, operation: &str, body: Value) -> Result<Value, String> {
        let answer = self.call(operation, body).await?;
        let token = json!({"RequestToken": answer["ProgressEvent"]["RequestToken"]});
        self.client.settle();
        let answer = self.call("GetResourceRequestStatus", token).await?;
        let event = answer["ProgressEvent"].clone();
        if event["OperationStatus"] == "SUCCESS" {
            return Ok(event);
        }
        Err(format!("{operation}: {event}"))
    }

    /// The answer of a call that must succeed.
    pub(crate) async fn call(&mut self, operation: &str, body: Value) -> Result<Value, String> {
        let answer = self.answer(operation, body).await;
        answer.map_err(|Failure { code, message }| format!("{operation}: {code}: {message}"))
    }

    pub(crate) async fn answer(
        &mut self,
        operation: &str,
        mut body: Value,
    ) -> Result<Value, Failure> {
        if operation != "GetResourceRequestStatus" {
            body["TypeName"] = json!(self.document.name());
        }
        self.client.call(self.region, operation, &body).await
    }
}
