//! The services beside Cloud Control over the wire: STS, Account, Organizations, Tagging, CloudFormation, EC2, IAM; signatures.
//!
//! What is expected is from AWS's documentation and botocore's models; `tests/clients` has the same with boto3.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on says where")]

#[expect(dead_code, reason = "other tests use the rest")]
#[path = "../wire/client.rs"]
mod client;
#[path = "../wire/xml.rs"]
mod xml;

mod account;
mod ask;
mod cloudformation;
mod ec2;
mod iam;
mod organizations;
mod signature;
mod sts;
mod tagging;
