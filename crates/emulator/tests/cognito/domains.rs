//! Domains: unique in a region, one of each kind per pool.

use serde_json::json;

use crate::{
    client::{ACCOUNT, Local},
    cognito::{DOMAIN, ask, ask_in, delete, fails, pool, refusal, unread},
};

#[tokio::test]
async fn created_natively_it_is_seen_by_cloud_control() {
    let local = Local::start().await;
    let pool = pool(&local, json!({})).await;
    let body = json!({"UserPoolId": pool, "Domain": "my-app", "ManagedLoginVersion": 2});
    assert_eq!(
        ask(&local, "CreateUserPoolDomain", body.clone()).await.ok(),
        json!({"ManagedLoginVersion": 2})
    );
    let model = local.get(DOMAIN, &format!("{pool}|my-app")).await;
    assert_eq!(model["Domain"], "my-app");
    assert!(model.get("ManagedLoginVersion").is_none(), "{model}");
    let shown = ask(
        &local,
        "DescribeUserPoolDomain",
        json!({"Domain": "my-app"}),
    )
    .await
    .ok()["DomainDescription"]
        .clone();
    assert_eq!(shown["UserPoolId"], pool);
    assert_eq!(shown["AWSAccountId"], ACCOUNT);
    assert_eq!(shown["Status"], "ACTIVE");
    assert_eq!(shown["ManagedLoginVersion"], 2);
    let described = ask(&local, "DescribeUserPool", json!({"UserPoolId": pool}))
        .await
        .ok();
    assert_eq!(described["UserPool"]["Domain"], "my-app");
    let named = json!({"UserPoolId": pool, "Domain": "my-app"});
    let update = json!({"UserPoolId": pool, "Domain": "my-app", "ManagedLoginVersion": 1});
    assert_eq!(
        ask(&local, "UpdateUserPoolDomain", update).await.ok()["ManagedLoginVersion"],
        1
    );
    ask(&local, "DeleteUserPoolDomain", named.clone())
        .await
        .ok();
    assert_eq!(
        unread(&local, DOMAIN, &format!("{pool}|my-app")).await,
        "ResourceNotFoundException"
    );
    // [quoted] a domain that nobody has is described by nothing
    assert_eq!(
        ask(
            &local,
            "DescribeUserPoolDomain",
            json!({"Domain": "my-app"})
        )
        .await
        .ok(),
        json!({"DomainDescription": {}})
    );
    assert_eq!(
        ask(&local, "DeleteUserPoolDomain", named).await.error().0,
        "InvalidParameterException"
    );
}

#[tokio::test]
async fn created_by_cloud_control_it_is_seen_natively() {
    let local = Local::start().await;
    let pool = pool(&local, json!({})).await;
    let certificate =
        "arn:aws:acm:us-east-1:123456789012:certificate/11111111-2222-3333-4444-555555555555";
    let own = json!({"UserPoolId": pool, "Domain": "auth.example.com", "CustomDomainConfig": {"CertificateArn": certificate}});
    let identifier = local.create(DOMAIN, own).await;
    local
        .create(DOMAIN, json!({"UserPoolId": pool, "Domain": "prefix"}))
        .await;
    let described = ask(&local, "DescribeUserPool", json!({"UserPoolId": pool}))
        .await
        .ok();
    assert_eq!(described["UserPool"]["CustomDomain"], "auth.example.com");
    assert_eq!(described["UserPool"]["Domain"], "prefix");
    let shown = ask(
        &local,
        "DescribeUserPoolDomain",
        json!({"Domain": "auth.example.com"}),
    )
    .await
    .ok();
    let distribution = local.get(DOMAIN, &identifier).await["CloudFrontDistribution"].clone();
    assert_eq!(
        shown["DomainDescription"]["CloudFrontDistribution"],
        distribution
    );
    assert!(distribution.as_str().unwrap().ends_with(".cloudfront.net"));
    assert_eq!(
        delete(&local, DOMAIN, &identifier).await["OperationStatus"],
        "SUCCESS"
    );
}

#[tokio::test]
async fn a_name_is_taken_once_in_a_region() {
    let local = Local::start().await;
    let one = pool(&local, json!({})).await;
    let other = pool(&local, json!({})).await;
    ask(
        &local,
        "CreateUserPoolDomain",
        json!({"UserPoolId": one, "Domain": "mine"}),
    )
    .await
    .ok();
    // [quoted]
    let taken = "Domain already associated with another user pool.";
    let body = json!({"UserPoolId": other, "Domain": "mine"});
    assert_eq!(
        ask(&local, "CreateUserPoolDomain", body.clone())
            .await
            .error(),
        refusal("InvalidParameterException", taken)
    );
    fails(&local, DOMAIN, &body, "InvalidRequest", taken).await;
    // [quoted]
    let second = json!({"UserPoolId": one, "Domain": "more"});
    let configured = "User pool already has a domain configured.";
    assert_eq!(
        ask(&local, "CreateUserPoolDomain", second.clone())
            .await
            .error(),
        refusal("InvalidParameterException", configured)
    );
    fails(&local, DOMAIN, &second, "InvalidRequest", configured).await;
    let elsewhere = ask_in(
        &local,
        "eu-west-1",
        "CreateUserPool",
        json!({"PoolName": "x"}),
    )
    .await
    .ok();
    let body = json!({"UserPoolId": elsewhere["UserPool"]["Id"], "Domain": "mine"});
    ask_in(&local, "eu-west-1", "CreateUserPoolDomain", body)
        .await
        .ok();
    let mine = ask(&local, "DescribeUserPoolDomain", json!({"Domain": "mine"}))
        .await
        .ok();
    assert_eq!(mine["DomainDescription"]["UserPoolId"], one);
}

#[tokio::test]
async fn a_name_is_taken_by_other_accounts_too() {
    let local = Local::start().await;
    let own = pool(&local, json!({})).await;
    ask(
        &local,
        "CreateUserPoolDomain",
        json!({"UserPoolId": own, "Domain": "mine"}),
    )
    .await
    .ok();
    let create = async |type_name: &str, desired: serde_json::Value| {
        let body = json!({"TypeName": type_name, "DesiredState": desired.to_string()});
        // An access key of twelve digits is that account's.
        let reply = local
            .call_as("111122223333", "us-east-1", "CreateResource", body)
            .await
            .ok();
        local.advance(std::time::Duration::from_secs(1));
        let token = json!({"RequestToken": crate::client::token(&reply)});
        let status = local
            .call_as(
                "111122223333",
                "us-east-1",
                "GetResourceRequestStatus",
                token,
            )
            .await;
        status.ok()["ProgressEvent"].clone()
    };
    let pool = create("AWS::Cognito::UserPool", json!({})).await;
    let event = create(
        DOMAIN,
        json!({"UserPoolId": pool["Identifier"], "Domain": "mine"}),
    )
    .await;
    crate::cognito::failed(
        &event,
        "InvalidRequest",
        "Domain already associated with another user pool.",
    );
}
