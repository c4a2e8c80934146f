//! CreateUserImportJob, DescribeUserImportJob, ListUserImportJobs, StartUserImportJob, StopUserImportJob, GetCSVHeader.
//!
//! Only the native API knows them. Nothing can be uploaded to the emulator, so a job that has been started goes on until it is
//! stopped [INF]; one that is not started expires after two days, as documented.

use serde_json::{Value, json};

use crate::{
    clock::{Millis, epoch_seconds},
    store::{Hidden, Resource},
};

use super::{
    desk::{Desk, model},
    members::{Members, members, only, text},
    paging::Paging,
    refusal::Refusal,
    schema_attributes::{all, importable},
};

/// A type of the store's own: the registry has none.
pub(super) const TYPE: &str = "AWS::Cognito::UserPoolUserImportJob";

/// A job that is not started in time is given up after 24 to 48 hours.
const EXPIRES: Millis = 48 * 60 * 60 * 1000;

/// Whether users are being imported.
pub(super) fn is_running(job: &Resource) -> bool {
    matches!(
        text(&model(job), "Status"),
        "Pending" | "InProgress" | "Stopping"
    )
}

pub(super) fn create(desk: &mut Desk<'_, '_>) -> Result<Value, Refusal> {
    desk.pool()?;
    let id = format!("import-{}", desk.context.world.sequence.alphanumeric(10));
    let pool = desk.pool_id();
    let (account, region) = {
        let scope = desk.scope(TYPE);
        (scope.account, scope.region)
    };
    let mut job = only(
        desk.input(),
        &["JobName", "UserPoolId", "CloudWatchLogsRoleArn"],
    );
    let more = json!({
        "JobId": id,
        // Of AWS's form; nobody listens there.
        "PreSignedUrl": format!("https://aws-cognito-idp-user-import-{region}.s3.{region}.amazonaws.com/{account}/{pool}/{id}"),
        "Status": "Created",
        "ImportedUsers": 0,
        "SkippedUsers": 0,
        "FailedUsers": 0,
    });
    job.extend(members(&more).clone());
    let job = Resource::new(&Value::Object(job), Hidden::default(), desk.now());
    put(desk, &id, job.clone());
    Ok(answer(desk, &job))
}

pub(super) fn describe(desk: &mut Desk<'_, '_>) -> Result<Value, Refusal> {
    let job = named(desk)?;
    Ok(answer(desk, &job))
}

pub(super) fn list(desk: &mut Desk<'_, '_>) -> Result<Value, Refusal> {
    const PAGING: Paging = Paging {
        limit: "MaxResults",
        token: "PaginationToken",
        items: "UserImportJobs",
    };
    desk.pool()?;
    let now = desk.now();
    let site = desk.site();
    let found = site.of_pool(TYPE, desk.pool_id());
    PAGING.page(desk, found, |job| Value::Object(shown(job, now)))
}

pub(super) fn start(desk: &mut Desk<'_, '_>) -> Result<Value, Refusal> {
    step(desk, &["Created"], "Pending", "StartDate")
}

pub(super) fn stop(desk: &mut Desk<'_, '_>) -> Result<Value, Refusal> {
    step(
        desk,
        &["Created", "Pending", "InProgress"],
        "Stopped",
        "CompletionDate",
    )
}

/// The columns that a file to import must have.
pub(super) fn header(desk: &mut Desk<'_, '_>) -> Result<Value, Refusal> {
    let pool = model(&desk.pool()?);
    let all = all(&pool);
    let mut columns: Vec<&str> = importable().collect();
    let names = all.iter().map(|attribute| text(attribute, "Name"));
    columns.extend(names.filter(|name| name.contains(':')));
    columns.extend(["cognito:mfa_enabled", "cognito:username"]);
    Ok(json!({"UserPoolId": desk.pool_id(), "CSVHeader": columns}))
}

fn step(desk: &mut Desk<'_, '_>, from: &[&str], to: &str, date: &str) -> Result<Value, Refusal> {
    let before = named(desk)?;
    let mut job = shown(&before, desk.now());
    let status = text(&job, "Status");
    if !from.contains(&status) {
        // The exception is documented, the wording is not known [INF].
        return Err(Refusal::new(
            "PreconditionNotMetException",
            format!("The user import job is in status {status}."),
        ));
    }
    job.insert("Status".to_owned(), json!(to));
    job.insert(date.to_owned(), json!(epoch_seconds(desk.now())));
    job.shift_remove("CreationDate");
    let job = before.changed(&Value::Object(job), Hidden::default(), desk.now());
    put(desk, desk.text("JobId"), job.clone());
    Ok(answer(desk, &job))
}

fn put(desk: &mut Desk<'_, '_>, id: &str, job: Resource) {
    let identifier = format!("{}|{id}", desk.pool_id());
    let scope = desk.scope(TYPE);
    desk.context.world.put(&scope, &identifier, job);
}

fn named(desk: &Desk<'_, '_>) -> Result<Resource, Refusal> {
    desk.pool()?;
    let id = desk.text("JobId");
    let found = desk.site().get(TYPE, &format!("{}|{id}", desk.pool_id()));
    // The wording is not known [INF].
    let missing = || Refusal::not_found(format!("User import job {id} does not exist."));
    found.cloned().ok_or_else(missing)
}

fn shown(job: &Resource, now: Millis) -> Members {
    let mut shown = model(job);
    if text(&shown, "Status") == "Created" && now >= job.created.saturating_add(EXPIRES) {
        shown.insert("Status".to_owned(), json!("Expired"));
    }
    shown.insert("CreationDate".to_owned(), json!(epoch_seconds(job.created)));
    shown
}

fn answer(desk: &Desk<'_, '_>, job: &Resource) -> Value {
    json!({"UserImportJob": shown(job, desk.now())})
}
