//! User import jobs, which only the native API knows.

use std::time::Duration;

use serde_json::{Value, json};

use crate::{
    client::Local,
    cognito::{ask, pool, with},
};

async fn job(local: &Local, pool: &str) -> Value {
    let body = json!({"UserPoolId": pool, "JobName": "people", "CloudWatchLogsRoleArn": "arn:aws:iam::123456789012:role/import"});
    ask(local, "CreateUserImportJob", body).await.ok()["UserImportJob"].clone()
}

#[tokio::test]
async fn a_job_s_life() {
    let local = Local::start().await;
    let pool = pool(&local, json!({})).await;
    let job = job(&local, &pool).await;
    assert_eq!(job["Status"], "Created");
    assert!(job["JobId"].as_str().unwrap().starts_with("import-"));
    assert!(
        job["PreSignedUrl"]
            .as_str()
            .unwrap()
            .starts_with("https://")
    );
    let named = json!({"UserPoolId": pool, "JobId": job["JobId"]});
    let act = async |operation: &str| ask(&local, operation, named.clone()).await;
    local.advance(Duration::from_secs(1));
    let started = act("StartUserImportJob").await.ok()["UserImportJob"].clone();
    assert_eq!(started["Status"], "Pending");
    assert_eq!(started["StartDate"], 1_767_225_601.0);
    assert_eq!(started["CreationDate"], 1_767_225_600.0);
    // [documented] exceptions
    assert_eq!(
        act("StartUserImportJob").await.error().0,
        "PreconditionNotMetException"
    );
    let update = json!({"UserPoolId": pool});
    for operation in ["UpdateUserPool", "DeleteUserPool"] {
        assert_eq!(
            ask(&local, operation, update.clone()).await.error().0,
            "UserImportInProgressException"
        );
    }
    let stopped = act("StopUserImportJob").await.ok()["UserImportJob"].clone();
    assert_eq!(stopped["Status"], "Stopped");
    assert_eq!(
        act("DescribeUserImportJob").await.ok()["UserImportJob"],
        stopped
    );
    assert_eq!(
        act("StopUserImportJob").await.error().0,
        "PreconditionNotMetException"
    );
    let list = ask(
        &local,
        "ListUserImportJobs",
        with(update.clone(), json!({"MaxResults": 10})),
    )
    .await
    .ok();
    assert_eq!(list["UserImportJobs"], json!([stopped]));
    ask(&local, "DeleteUserPool", update).await.ok();
}

#[tokio::test]
async fn a_job_that_is_not_started_expires() {
    let local = Local::start().await;
    let pool = pool(&local, json!({})).await;
    let job = job(&local, &pool).await;
    let named = json!({"UserPoolId": pool, "JobId": job["JobId"]});
    // [documented] 24 to 48 hours
    local.advance(Duration::from_hours(48));
    let shown = ask(&local, "DescribeUserImportJob", named.clone())
        .await
        .ok();
    assert_eq!(shown["UserImportJob"]["Status"], "Expired");
    assert_eq!(
        ask(&local, "StartUserImportJob", named).await.error().0,
        "PreconditionNotMetException"
    );
    let other = json!({"UserPoolId": pool, "JobId": "import-none000000"});
    assert_eq!(
        ask(&local, "DescribeUserImportJob", other).await.error().0,
        "ResourceNotFoundException"
    );
}

#[tokio::test]
async fn a_file_s_columns() {
    let local = Local::start().await;
    let pool = pool(
        &local,
        json!({"Schema": [{"Name": "team", "AttributeDataType": "String"}]}),
    )
    .await;
    let header = ask(&local, "GetCSVHeader", json!({"UserPoolId": pool}))
        .await
        .ok();
    let columns: Vec<&str> = header["CSVHeader"]
        .as_array()
        .unwrap()
        .iter()
        .map(|column| column.as_str().unwrap())
        .collect();
    // [documented]
    assert_eq!(
        columns,
        [
            "name",
            "given_name",
            "family_name",
            "middle_name",
            "nickname",
            "preferred_username",
            "profile",
            "picture",
            "website",
            "email",
            "email_verified",
            "gender",
            "birthdate",
            "zoneinfo",
            "locale",
            "phone_number",
            "phone_number_verified",
            "address",
            "updated_at",
            "custom:team",
            "cognito:mfa_enabled",
            "cognito:username",
        ]
    );
}
