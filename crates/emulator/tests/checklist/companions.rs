//! Line 2: `/` dispatch for STS, Cognito, Organizations, Account, EC2 DescribeRegions, CFN DescribeType/ListTypes, IAM minimal.

use cirrus_emulator::Options;
use serde_json::{Value, json};

use crate::{
    ask::{BUCKET, Key},
    client::{ACCOUNT, Local, options},
};

const MEMBER: &str = "111122223333";

#[tokio::test]
async fn line_2_companions_share_the_port() {
    let local = Local::with(Options {
        accounts: [(MEMBER.to_owned(), "workload".to_owned())].into(),
        ..options()
    })
    .await;
    sts(&local).await;
    cognito(&local).await;
    organizations(&local).await;
    account(&local).await;
    ec2(&local).await;
    cloudformation(&local).await;
    iam(&local).await;
}

/// The namespace, the identity, temporary credentials that act for their account, and errors in XML.
async fn sts(local: &Local) {
    let who = async |key: &Key| local.query(key, "sts", "GetCallerIdentity", &[]).await;
    let reply = who(&Key::usual()).await;
    assert_eq!(reply.status, 200, "{}", reply.body);
    let namespace = "xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"";
    assert!(reply.body.contains(namespace), "{}", reply.body);
    assert_eq!(reply.one("Account"), ACCOUNT);
    assert!(!reply.one("UserId").is_empty() && reply.one("Arn").contains(ACCOUNT));

    let role = format!("arn:aws:iam::{MEMBER}:role/Reader");
    let session = [("RoleArn", role.as_str()), ("RoleSessionName", "me")];
    let reply = local
        .query(&Key::usual(), "sts", "AssumeRole", &session)
        .await;
    assert!(
        reply.one("AccessKeyId").starts_with("ASIA"),
        "{}",
        reply.body
    );
    assert!(!reply.one("SecretAccessKey").is_empty());
    // The manual clock stands at the beginning of 2026.
    assert!(reply.one("Expiration").starts_with("2026-01-01T"));
    let arn = format!("arn:aws:sts::{MEMBER}:assumed-role/Reader/me");
    assert_eq!(reply.one("Arn"), arn);
    assert!(reply.one("AssumedRoleId").ends_with(":me"));
    let assumed = Key {
        id: reply.one("AccessKeyId").to_owned(),
        token: Some(reply.one("SessionToken").to_owned()),
    };
    let reply = who(&assumed).await;
    assert_eq!((reply.one("Account"), reply.one("Arn")), (MEMBER, &*arn));

    for (name, value) in [("DurationSeconds", "899"), ("DurationSeconds", "43201")] {
        let mut members = session.to_vec();
        members.push((name, value));
        let reply = local
            .query(&Key::usual(), "sts", "AssumeRole", &members)
            .await;
        assert_eq!(reply.status, 400, "{}", reply.body);
        assert_eq!(reply.one("Type"), "Sender");
        assert!(reply.body.starts_with("<ErrorResponse"), "{}", reply.body);
        assert!(!reply.one("Code").is_empty() && !reply.one("Message").is_empty());
    }
    local.fault("deny:op=AssumeRole,times=1");
    let reply = local
        .query(&Key::usual(), "sts", "AssumeRole", &session)
        .await;
    assert_eq!(reply.one("Code"), "AccessDenied");
}

async fn cognito(local: &Local) {
    let pools = local
        .native("ListUserPools", json!({"MaxResults": 60}))
        .await;
    assert_eq!(pools.ok(), json!({"UserPools": []}));
}

/// The accounts for the management account alone, in pages of at most twenty.
async fn organizations(local: &Local) {
    let ask = async |account: &str, operation: &str, body: Value| {
        let target = format!("AWSOrganizationsV20161128.{operation}");
        local
            .json(&Key::of(account), "organizations", &target, body)
            .await
    };
    let accounts = ask(ACCOUNT, "ListAccounts", json!({})).await.ok();
    let accounts = accounts["Accounts"].as_array().unwrap();
    assert_eq!(accounts.len(), 2);
    for account in accounts {
        for member in [
            "Id",
            "Arn",
            "Email",
            "Name",
            "Status",
            "JoinedMethod",
            "JoinedTimestamp",
        ] {
            assert!(account.get(member).is_some(), "{member}: {account}");
        }
        assert_eq!(account["Status"], "ACTIVE");
    }
    let first = ask(ACCOUNT, "ListAccounts", json!({"MaxResults": 1}))
        .await
        .ok();
    let second = json!({"MaxResults": 1, "NextToken": first["NextToken"]});
    let second = ask(ACCOUNT, "ListAccounts", second).await.ok();
    assert_eq!(second["Accounts"].as_array().map(Vec::len), Some(1));
    assert_ne!(first["Accounts"], second["Accounts"]);
    let too_many = ask(ACCOUNT, "ListAccounts", json!({"MaxResults": 21})).await;
    assert_eq!(too_many.status, 400);
    let (code, _) = ask(MEMBER, "ListAccounts", json!({})).await.error();
    assert_eq!(code, "AccessDeniedException");

    let organization = ask(MEMBER, "DescribeOrganization", json!({})).await.ok();
    assert_eq!(organization["Organization"]["MasterAccountId"], ACCOUNT);
    let roots = ask(ACCOUNT, "ListRoots", json!({})).await.ok();
    let root = json!({"ParentId": roots["Roots"][0]["Id"]});
    let below = ask(ACCOUNT, "ListAccountsForParent", root.clone())
        .await
        .ok();
    assert_eq!(below["Accounts"].as_array().map(Vec::len), Some(2));
    let units = ask(ACCOUNT, "ListOrganizationalUnitsForParent", root)
        .await
        .ok();
    assert!(units["OrganizationalUnits"].is_array());
}

async fn account(local: &Local) {
    let ask = async |body: Value| local.rest("account", "/listRegions", body).await;
    let regions = ask(json!({"MaxResults": 50})).await.ok();
    let regions = regions["Regions"].as_array().unwrap();
    assert!(
        regions
            .contains(&json!({"RegionName": "us-east-1", "RegionOptStatus": "ENABLED_BY_DEFAULT"}))
    );
    let enabled = ask(json!({"RegionOptStatusContains": ["ENABLED"]}))
        .await
        .ok();
    let enabled = enabled["Regions"].as_array().unwrap();
    assert!(!enabled.is_empty() && enabled.len() < regions.len());
    assert_eq!(ask(json!({"MaxResults": 51})).await.status, 400);
}

async fn ec2(local: &Local) {
    let reply = local
        .query(&Key::usual(), "ec2", "DescribeRegions", &[])
        .await;
    assert!(reply.all("regionName").contains(&"eu-west-1"));
    let known = ["opt-in-not-required", "opted-in", "not-opted-in"];
    for status in reply.all("optInStatus") {
        assert!(known.contains(&status), "{status}");
    }
}

async fn cloudformation(local: &Local) {
    let ask = async |action: &str, members: &[(&str, &str)]| {
        local
            .query(&Key::usual(), "cloudformation", action, members)
            .await
    };
    let describe = async |name: &str| {
        let members = [("Type", "RESOURCE"), ("TypeName", name)];
        let reply = ask("DescribeType", &members).await;
        assert_eq!(reply.status, 200, "{}", reply.body);
        let schema = reply.one("Schema").replace("&quot;", "\"");
        let schema = schema.replace("&lt;", "<").replace("&gt;", ">");
        let schema: Value = serde_json::from_str(&schema.replace("&amp;", "&")).unwrap();
        assert_eq!(schema["typeName"], name);
        reply.one("ProvisioningType").to_owned()
    };
    assert_eq!(describe(BUCKET).await, "FULLY_MUTABLE");
    assert_eq!(describe("AWS::Cognito::UserPoolUser").await, "IMMUTABLE");
    assert_eq!(describe("AWS::AppMesh::Mesh").await, "NON_PROVISIONABLE");
    let members = [
        ("Visibility", "PUBLIC"),
        ("Filters.TypeNamePrefix", "AWS::Logs::"),
    ];
    let listed = ask("ListTypes", &members).await;
    assert!(listed.all("TypeName").contains(&"AWS::Logs::LogGroup"));
}

/// What awscc's optional account checks ask.
async fn iam(local: &Local) {
    let ask = async |action: &str| local.query(&Key::usual(), "iam", action, &[]).await;
    let user = ask("GetUser").await;
    assert!(user.one("Arn").contains(ACCOUNT), "{}", user.body);
    assert_eq!(ask("ListAccountAliases").await.status, 200);
    assert_eq!(ask("ListRoles").await.status, 200);
}
