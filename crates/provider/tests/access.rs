//! The access planner as a table: predicate in, calls out. Column names stand for the predicates of a WHERE clause.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on panics")]

use std::sync::LazyLock;

use cirrus_provider::{
    Access, AccessError, Catalog, FeedValue, Predicate, Source, Table, plan_access,
};
use serde_json::Value;

static CATALOG: LazyLock<Catalog> = LazyLock::new(Catalog::embedded);

/// A predicate with column names, before they are resolved.
#[derive(Clone, Debug)]
enum P {
    Eq(&'static str, &'static str),
    In(&'static str, &'static [&'static str]),
    Tuples(&'static [&'static str], &'static [&'static [&'static str]]),
    And(Vec<Self>),
    Or(Vec<Self>),
    Other,
}

impl P {
    fn resolve(&self, table: &Table) -> Predicate {
        let column = |name: &str| {
            table
                .column(name)
                .unwrap_or_else(|| panic!("{name} of {}", table.name))
        };
        let all = |predicates: &[Self]| {
            predicates
                .iter()
                .map(|predicate| predicate.resolve(table))
                .collect()
        };
        match self {
            Self::Eq(name, value) => Predicate::equals(column(name), *value),
            Self::In(name, values) => Predicate::In(
                column(name),
                values.iter().map(|value| Value::from(*value)).collect(),
            ),
            Self::Tuples(names, rows) => Predicate::TupleIn(
                names.iter().map(|name| column(name)).collect(),
                rows.iter()
                    .map(|row| row.iter().map(|value| Value::from(*value)).collect())
                    .collect(),
            ),
            Self::And(predicates) => Predicate::And(all(predicates)),
            Self::Or(predicates) => Predicate::Or(all(predicates)),
            Self::Other => Predicate::Other,
        }
    }
}

/// Plans with the session in us-east-1, and writes the calls down.
fn plan(service: &str, table: &str, predicate: &P) -> Result<Vec<String>, AccessError> {
    plan_in(service, table, predicate, &["us-east-1"])
}

fn plan_in(
    service: &str,
    table: &str,
    predicate: &P,
    regions: &[&str],
) -> Result<Vec<String>, AccessError> {
    let table = CATALOG.table(service, table).unwrap();
    let regions: Vec<String> = regions.iter().map(ToString::to_string).collect();
    let plan = plan_access(&CATALOG, &table, &predicate.resolve(&table), &regions)?;
    let mut described: Vec<String> = plan
        .accesses
        .iter()
        .map(|access| describe(access, &table))
        .collect();
    described.extend(
        plan.unavailable
            .iter()
            .map(|region| format!("not in {region}")),
    );
    Ok(described)
}

fn describe(access: &Access, table: &Table) -> String {
    let (region, inputs, sources) = match access {
        Access::Get { region, identifier } => {
            return format!("get {region} {}", identifier.wire(table));
        }
        Access::List { region, inputs } => (region, inputs, &[][..]),
        Access::FanOut {
            region,
            inputs,
            sources,
        } => (region, inputs, sources.as_slice()),
    };
    let mut words = vec![format!("list {region}")];
    if !inputs.is_empty() {
        words.push(Value::Object(inputs.clone()).to_string());
    }
    words.extend(sources.iter().map(describe_source));
    words.join(" ")
}

/// `under TYPE[input=what of it](how it is listed)`, the region left out.
fn describe_source(source: &Source) -> String {
    match source {
        Source::Values { input, values } => {
            format!("with {input} of {}", Value::Array(values.clone()))
        }
        Source::Account { input } => format!("with {input} of the account"),
        Source::Parent(parent) => {
            let feeds = parent.feeds.iter().map(|feed| match &feed.value {
                FeedValue::Part(part) => format!("{}=#{part}", feed.input),
                FeedValue::Property(property) => format!("{}={property}", feed.input),
                FeedValue::Input(input) => format!("{}<{input}", feed.input),
            });
            let feeds: Vec<String> = feeds.collect();
            let access = describe(&parent.access, &parent.table);
            format!(
                "under {}[{}]({})",
                parent.table.type_name,
                feeds.join(" "),
                access.replacen(&format!("list {}", parent.access.region()), "list", 1)
            )
        }
    }
}

#[test]
fn predicates_on_a_compound_identifier_with_a_parent() {
    const UNDER_POOLS: &str = "list us-east-1 under AWS::Cognito::UserPool[UserPoolId=#0](list)";
    use P::{And, Eq, In, Or, Other, Tuples};
    let cases: Vec<(P, Vec<&str>)> = vec![
        (Other, vec![UNDER_POOLS]),
        (And(vec![]), vec![UNDER_POOLS]),
        (
            Eq("user_pool_id", "p"),
            vec![r#"list us-east-1 {"UserPoolId":"p"}"#],
        ),
        (Eq("client_id", "c"), vec![UNDER_POOLS]),
        (Eq("identifier", "p|c"), vec!["get us-east-1 p|c"]),
        (Eq("identifier", "p/c"), vec!["get us-east-1 p|c"]),
        (
            Eq("identifier", r#"{"ClientId": "c", "UserPoolId": "p"}"#),
            vec!["get us-east-1 p|c"],
        ),
        (
            Eq("identifier", r#"{"client_id": "a|b", "user_pool_id": "p"}"#),
            vec![r#"get us-east-1 {"UserPoolId":"p","ClientId":"a|b"}"#],
        ),
        (
            And(vec![Eq("user_pool_id", "p"), Eq("client_id", "c"), Other]),
            vec!["get us-east-1 p|c"],
        ),
        (
            And(vec![Eq("identifier", "p|c"), Eq("user_pool_id", "p")]),
            vec!["get us-east-1 p|c"],
        ),
        (
            And(vec![Eq("identifier", "p|c"), Eq("user_pool_id", "q")]),
            vec![],
        ),
        (
            And(vec![Eq("user_pool_id", "p"), Eq("user_pool_id", "q")]),
            vec![],
        ),
        (Eq("region", ""), vec![]),
        (
            And(vec![Eq("user_pool_id", "p"), Eq("client_id", "")]),
            vec![],
        ),
        (Or(vec![]), vec![]),
        (
            In("identifier", &["p|c", "p|d", "p|c"]),
            vec!["get us-east-1 p|c", "get us-east-1 p|d"],
        ),
        (
            In("user_pool_id", &["p", "q"]),
            vec![
                r#"list us-east-1 {"UserPoolId":"p"}"#,
                r#"list us-east-1 {"UserPoolId":"q"}"#,
            ],
        ),
        (
            And(vec![
                In("user_pool_id", &["p", "q"]),
                In("client_id", &["c", "d"]),
            ]),
            vec![
                "get us-east-1 p|c",
                "get us-east-1 p|d",
                "get us-east-1 q|c",
                "get us-east-1 q|d",
            ],
        ),
        (
            Tuples(&["user_pool_id", "client_id"], &[&["p", "c"], &["q", "d"]]),
            vec!["get us-east-1 p|c", "get us-east-1 q|d"],
        ),
        (
            Tuples(
                &["region", "identifier"],
                &[&["eu-west-1", "p|c"], &["us-east-1", "q|d"]],
            ),
            vec!["get eu-west-1 p|c", "get us-east-1 q|d"],
        ),
        (
            Or(vec![
                And(vec![Eq("region", "eu-west-1"), Eq("user_pool_id", "p")]),
                And(vec![Eq("region", "us-west-2"), Eq("identifier", "q|d")]),
            ]),
            vec![r#"list eu-west-1 {"UserPoolId":"p"}"#, "get us-west-2 q|d"],
        ),
        (Or(vec![Eq("identifier", "p|c"), Other]), vec![UNDER_POOLS]),
        (
            Or(vec![Eq("identifier", "p|c"), Eq("user_pool_id", "q")]),
            vec!["get us-east-1 p|c", r#"list us-east-1 {"UserPoolId":"q"}"#],
        ),
        (
            In("region", &["eu-west-1", "us-west-2"]),
            vec![
                "list eu-west-1 under AWS::Cognito::UserPool[UserPoolId=#0](list)",
                "list us-west-2 under AWS::Cognito::UserPool[UserPoolId=#0](list)",
            ],
        ),
        (
            And(vec![Eq("region", "eu-west-1"), Eq("region", "us-west-2")]),
            vec![],
        ),
    ];
    for (predicate, expected) in cases {
        assert_eq!(
            plan("cognito", "user_pool_clients", &predicate).unwrap(),
            expected,
            "{predicate:?}"
        );
    }
}

#[test]
fn malformed_identifiers_name_the_form() {
    for identifier in [
        "p",
        "a|b|c",
        "p|",
        "|c",
        "",
        r#"{"UserPoolId": "p"}"#,
        r#"{"UserPoolId": "p", "Nope": "c"}"#,
        r#"{"UserPoolId": 1.5, "ClientId": []}"#,
    ] {
        let error = plan(
            "cognito",
            "user_pool_clients",
            &P::Eq(
                "identifier",
                Box::leak(identifier.to_owned().into_boxed_str()),
            ),
        )
        .unwrap_err();
        let AccessError::Identifier(error) = error else {
            panic!("{identifier}: {error:?}")
        };
        assert_eq!(
            (error.form.as_str(), error.value.as_str()),
            ("user_pool_id|client_id", identifier)
        );
        assert!(!error.reason.is_empty());
    }
}

#[test]
fn a_single_identifier_may_hold_anything() {
    for identifier in [
        "/aws/lambda/f",
        "a|b",
        "arn:aws:logs:us-east-1:1:log-group:x",
        "{not json",
    ] {
        let predicate = P::Eq(
            "identifier",
            Box::leak(identifier.to_owned().into_boxed_str()),
        );
        assert_eq!(
            plan("logs", "log_groups", &predicate).unwrap(),
            [format!("get us-east-1 {identifier}")]
        );
    }
}

#[test]
fn regions_of_the_session_multiply_calls() {
    let expected = ["list us-east-1", "list eu-west-1"];
    assert_eq!(
        plan_in(
            "cognito",
            "user_pools",
            &P::Other,
            &["us-east-1", "eu-west-1"]
        )
        .unwrap(),
        expected
    );
    assert_eq!(
        plan_in("cognito", "user_pools", &P::Other, &[]),
        Err(AccessError::RegionNeeded)
    );
    assert_eq!(
        plan_in("cognito", "user_pools", &P::Eq("region", "eu-west-1"), &[]).unwrap(),
        ["list eu-west-1"]
    );
}

#[test]
fn a_global_type_is_read_once() {
    let session = ["eu-west-1", "us-west-2"];
    assert_eq!(
        plan_in("iam", "roles", &P::Other, &session).unwrap(),
        ["list us-east-1"]
    );
    assert_eq!(
        plan_in("iam", "roles", &P::Other, &[]).unwrap(),
        ["list us-east-1"]
    );
    assert_eq!(
        plan_in("iam", "roles", &P::Eq("region", "eu-west-1"), &session).unwrap(),
        ["list eu-west-1"]
    );
    assert_eq!(
        plan_in(
            "iam",
            "roles",
            &P::In("region", &["eu-west-1", "us-west-2"]),
            &session
        )
        .unwrap(),
        ["list us-east-1"]
    );
    assert_eq!(
        plan_in("iam", "roles", &P::Other, &["cn-northwest-1"])
            .unwrap()
            .len(),
        1
    );
}

#[test]
fn types_without_a_list_need_their_identifier() {
    let error = plan("cognito", "user_pool_domains", &P::Eq("user_pool_id", "p")).unwrap_err();
    assert_eq!(
        error,
        AccessError::IdentifierNeeded {
            form: "user_pool_id|domain".into()
        }
    );
    let both = P::And(vec![P::Eq("user_pool_id", "p"), P::Eq("domain", "d")]);
    assert_eq!(
        plan("cognito", "user_pool_domains", &both).unwrap(),
        ["get us-east-1 p|d"]
    );
}

#[test]
fn types_with_neither_handler_are_refused() {
    assert_eq!(
        plan("iam", "policies", &P::Eq("identifier", "x")),
        Err(AccessError::NotReadable)
    );
}

#[test]
fn a_type_absent_from_a_region_makes_no_call_there() {
    let absent = CATALOG
        .services()
        .into_iter()
        .flat_map(|service| CATALOG.tables(service))
        .filter_map(|entry| CATALOG.table_of_type(&entry.type_name).ok())
        .find(|table| {
            !table.global
                && table.required_inputs.is_empty()
                && table.handlers.list.is_some()
                && !table.availability.includes("cn-north-1", CATALOG.regions())
                && table.availability.includes("us-east-1", CATALOG.regions())
        })
        .expect("cn-north-1 lacks hundreds of types");
    let found = plan_in(
        &absent.service,
        &absent.name,
        &P::Other,
        &["us-east-1", "cn-north-1"],
    )
    .unwrap();
    assert_eq!(found, ["list us-east-1", "not in cn-north-1"]);
}

#[test]
fn a_list_only_view_is_planned_like_its_table() {
    let found = plan(
        "cognito",
        "user_pool_clients_list_only",
        &P::Eq("user_pool_id", "p"),
    )
    .unwrap();
    assert_eq!(found, [r#"list us-east-1 {"UserPoolId":"p"}"#]);
}

/// Plans without a predicate, in us-east-1.
fn all(service: &str, table: &str) -> Vec<String> {
    plan(service, table, &P::Other).unwrap()
}

#[test]
fn chains_of_parents_are_listed_from_the_top() {
    assert_eq!(
        all("elasticloadbalancingv2", "listener_rules"),
        [
            "list us-east-1 under AWS::ElasticLoadBalancingV2::Listener[ListenerArn=#0](\
             list under AWS::ElasticLoadBalancingV2::LoadBalancer[LoadBalancerArn=#0](list))"
        ]
    );
    // Three above each other.
    assert_eq!(
        all("datazone", "environment_actions"),
        [
            "list us-east-1 under AWS::DataZone::Environment[DomainIdentifier<DomainIdentifier \
             EnvironmentIdentifier=#1](list under AWS::DataZone::Project[DomainIdentifier<DomainIdentifier \
             ProjectIdentifier=#1](list under AWS::DataZone::Domain[DomainIdentifier=#0](list)))"
        ]
    );
    // The name of the type is a property of it, and the API's id is what it was listed by.
    assert_eq!(
        all("appsync", "resolvers"),
        [
            "list us-east-1 under AWS::AppSync::Type[ApiId<ApiId TypeName=Name](\
             list under AWS::AppSync::GraphQLApi[ApiId=ApiId](list))"
        ]
    );
}

#[test]
fn one_row_of_the_nearest_parent_feeds_all_inputs() {
    const DATABASES: &str =
        "list under AWS::Glue::Database[DatabaseName=#0](list) with CatalogId of the account";
    assert_eq!(
        all("glue", "tables"),
        [format!(
            "list us-east-1 {}",
            DATABASES.trim_start_matches("list ")
        )]
    );
    assert_eq!(
        all("glue", "partitions"),
        [format!(
            "list us-east-1 under AWS::Glue::Table[CatalogId<CatalogId DatabaseName<DatabaseName TableName=#2]({DATABASES})"
        )]
    );
    assert_eq!(
        all("glue", "table_optimizers"),
        [format!(
            "list us-east-1 under AWS::Glue::Table[CatalogId<CatalogId DatabaseName<DatabaseName TableName=#2]({DATABASES}) \
             with Type of [\"compaction\",\"orphan_file_deletion\",\"retention\"]"
        )]
    );
}

#[test]
fn bound_inputs_narrow_the_lists_of_parents() {
    const QUEUES: &str = "under AWS::Deadline::Queue[FarmId<FarmId QueueId=QueueId]";
    const FARMS: &str = "list under AWS::Deadline::Farm[FarmId=FarmId](list)";
    use P::{And, Eq};
    let plan = |predicate| plan("deadline", "queue_environments", &predicate).unwrap();
    assert_eq!(
        plan(P::Other),
        [format!("list us-east-1 {QUEUES}({FARMS})")]
    );
    assert_eq!(
        plan(Eq("farm_id", "f")),
        [format!(
            r#"list us-east-1 {{"FarmId":"f"}} {QUEUES}(list {{"FarmId":"f"}})"#
        )]
    );
    // The list of queues does not take it: queues of another id are passed over.
    assert_eq!(
        plan(Eq("queue_id", "q")),
        [format!(
            r#"list us-east-1 {{"QueueId":"q"}} {QUEUES}({FARMS})"#
        )]
    );
    assert_eq!(
        plan(And(vec![Eq("farm_id", "f"), Eq("queue_id", "q")])),
        [r#"list us-east-1 {"FarmId":"f","QueueId":"q"}"#]
    );
}

#[test]
fn values_that_the_api_defines_are_all_asked_for_where_they_are_served() {
    const BOTH: &str = r#"list us-east-1 with Scope of ["CLOUDFRONT","REGIONAL"]"#;
    const ELSEWHERE: &str = r#"list eu-west-1 with Scope of ["REGIONAL"]"#;
    let regions = ["us-east-1", "eu-west-1"];
    assert_eq!(
        plan_in("wafv2", "ip_sets", &P::Other, &regions).unwrap(),
        [BOTH, ELSEWHERE]
    );
    assert_eq!(
        plan("wafv2", "ip_sets", &P::Eq("scope", "REGIONAL")).unwrap(),
        [r#"list us-east-1 {"Scope":"REGIONAL"}"#]
    );
    assert_eq!(
        all("quicksight", "dashboards"),
        ["list us-east-1 with AwsAccountId of the account"]
    );
}

#[test]
fn several_parents_are_a_union() {
    const CLUSTERS: &str = "under AWS::MSK::Cluster[ClusterArn=#0](list)";
    const SERVERLESS: &str = "under AWS::MSK::ServerlessCluster[ClusterArn=#0](list)";
    let regions = ["us-east-1", "us-gov-west-1"];
    assert_eq!(
        plan_in("msk", "cluster_policies", &P::Other, &regions).unwrap(),
        [
            format!("list us-east-1 {CLUSTERS}"),
            format!("list us-east-1 {SERVERLESS}"),
            // There are no serverless clusters here.
            format!("list us-gov-west-1 {CLUSTERS}"),
        ]
    );
    // A parent of a parent may be one of several.
    assert_eq!(
        all("rtbfabric", "link_routing_rules"),
        [
            ("InboundExternalLink", "Responder"),
            ("Link", "Requester"),
            ("Link", "Responder")
        ]
        .map(|(link, kind)| format!(
            "list us-east-1 under AWS::RTBFabric::{link}[GatewayId<GatewayId LinkId=LinkId](\
             list under AWS::RTBFabric::{kind}Gateway[GatewayId=GatewayId](list))"
        ))
    );
}

#[test]
fn values_join_the_parents() {
    const INSTANCES: &str = "under AWS::SCN::Instance[InstanceId=InstanceId](list)";
    const NAMESPACES: &str = "under AWS::SCN::Namespace[InstanceId<InstanceId Namespace=Name]";
    assert_eq!(
        all("scn", "datasets"),
        [
            format!(r#"list us-east-1 {INSTANCES} with Namespace of ["asc","default"]"#),
            format!("list us-east-1 {NAMESPACES}(list {INSTANCES})"),
        ]
    );
    assert_eq!(
        plan("scn", "datasets", &P::Eq("instance_id", "i")).unwrap(),
        [
            r#"list us-east-1 {"InstanceId":"i"} with Namespace of ["asc","default"]"#.to_owned(),
            format!(
                r#"list us-east-1 {{"InstanceId":"i"}} {NAMESPACES}(list {{"InstanceId":"i"}})"#
            ),
        ]
    );
}

#[test]
fn a_parent_of_the_bound_input_may_know_the_others() {
    let predicate = P::Eq("project_identifier", "p");
    assert_eq!(
        plan("datazone", "project_memberships", &predicate).unwrap(),
        [
            r#"list us-east-1 {"ProjectIdentifier":"p"} under AWS::DataZone::Project[DomainIdentifier<DomainIdentifier ProjectIdentifier=#1](list under AWS::DataZone::Domain[DomainIdentifier=#0](list))"#
        ]
    );
}

#[test]
fn what_cannot_be_supplied_is_named_with_the_reason() {
    let error = plan("sso", "assignments", &P::Eq("target_id", "123456789012")).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the type cannot be listed without instance_arn, permission_set_arn, principal_id, principal_type, \
         target_type, because the list takes all that identifies an assignment, and returns that one"
    );
    let AccessError::InputNeeded { columns, reason } = error else {
        panic!("{error:?}")
    };
    assert_eq!(
        columns,
        [
            "instance_arn",
            "permission_set_arn",
            "principal_id",
            "principal_type",
            "target_type"
        ]
    );
    assert_eq!(
        reason.as_deref(),
        Some("the list takes all that identifies an assignment, and returns that one")
    );
    // Whose parent is its own type.
    assert!(matches!(
        plan("organizations", "organizational_units", &P::Other),
        Err(AccessError::InputNeeded {
            reason: Some(_),
            ..
        })
    ));
}

#[test]
fn an_input_that_only_an_error_message_names_is_supplied_too() {
    let table = CATALOG
        .table("apigatewayv2", "integration_responses")
        .unwrap();
    assert!(table.required_inputs.is_empty());
    let learned = table
        .with_required_input("IntegrationId")
        .and_then(|table| table.with_required_input("ApiId"))
        .unwrap();
    let regions = ["us-east-1".to_owned()];
    let listed = |table: &Table| -> Vec<String> {
        let plan = plan_access(&CATALOG, table, &Predicate::Other, &regions).unwrap();
        let accesses = plan.accesses.iter();
        accesses.map(|access| describe(access, table)).collect()
    };
    assert_eq!(
        listed(&learned),
        [
            "list us-east-1 under AWS::ApiGatewayV2::Integration[IntegrationId=#1 ApiId=#0](\
             list under AWS::ApiGatewayV2::Api[ApiId=#0](list))"
        ]
    );
    assert_eq!(table.with_required_input("Nope"), None);
    assert_eq!(table.with_required_input(""), None);

    // Joins the inputs that the schema knows, and is no longer optional.
    let source = CATALOG.table("datazone", "data_sources").unwrap();
    let learned = source.with_required_input("ProjectIdentifier").unwrap();
    let names = |table: &Table| {
        let inputs = table.required_inputs[0].iter();
        inputs
            .map(|input| input.property.clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(names(&learned), ["DomainIdentifier", "ProjectIdentifier"]);
    assert!(learned.optional_inputs.is_empty());
    assert_eq!(
        listed(&learned),
        [
            "list us-east-1 under AWS::DataZone::Project[DomainIdentifier<DomainIdentifier ProjectIdentifier=#1](\
             list under AWS::DataZone::Domain[DomainIdentifier=#0](list))"
        ]
    );
}
