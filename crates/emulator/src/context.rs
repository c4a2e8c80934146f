//! One call of a service's operation: who asks for what, and the world that it works on.

use crate::{
    accounts::Accounts,
    caller::Caller,
    clock::Millis,
    fault::FaultEffect,
    input::Input,
    world::{Rules, World},
};

/// What an operation of any service gets to see.
pub(crate) struct Context<'call> {
    pub(crate) rules: &'call Rules,
    pub(crate) world: &'call mut World,
    pub(crate) accounts: &'call Accounts,
    pub(crate) caller: &'call Caller,
    /// The request's members; those of the query protocol have been turned into the same form.
    pub(crate) input: &'call Input,
    pub(crate) now: Millis,
    /// What is to go wrong inside the operation.
    pub(crate) effect: Option<&'call FaultEffect>,
    /// The `x-amzn-RequestId` of the answer.
    pub(crate) request_id: &'call str,
}
