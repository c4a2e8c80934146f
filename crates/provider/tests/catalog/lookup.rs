//! Which tables there are, and how names find them.

use std::collections::BTreeSet;

use cirrus_provider::{Availability, CatalogError, ColumnKind, Supply, View};

use crate::{CATALOG, all_tables};

#[test]
fn the_catalog_has_as_many_tables_as_the_registry_has_types_with_handlers() {
    let schemas = CATALOG.schemas();
    assert_eq!(schemas.type_names().len(), 1882);
    assert!(schemas.type_names().is_sorted());
    let (mut all, mut bare, mut needing, mut only_read, mut neither) = (0, 0, 0, 0, 0);
    for table in all_tables() {
        all += 1;
        match (
            &table.handlers.list,
            &table.handlers.read,
            table.required_inputs.is_empty(),
        ) {
            (Some(_), _, true) => bare += 1,
            (Some(_), _, false) => needing += 1,
            (None, Some(_), _) => only_read += 1,
            (None, None, _) => neither += 1,
        }
    }
    assert_eq!((all, only_read, neither), (1763, 71, 7));
    // The schemas say 1,293 and 392; eight GuardDuty types need an input that theirs call optional.
    assert_eq!((bare, needing), (1293 - 8, 392 + 8));
}

#[test]
fn listings_agree_with_tables() {
    let services = CATALOG.services();
    assert!(services.is_sorted() && services.contains(&"cognito"));
    for service in services {
        let entries = CATALOG.tables(service);
        assert!(entries.is_sorted_by_key(|entry| entry.name.clone()));
        for entry in entries {
            let table = CATALOG.table(service, &entry.name).unwrap();
            assert_eq!(
                (&table.name, &table.type_name),
                (&entry.name, &entry.type_name)
            );
            assert_eq!(table.handlers.list.is_some(), entry.listable);
            let twin = CATALOG.table(service, &format!("{}_list_only", entry.name));
            assert_eq!(twin.is_ok(), entry.listable, "{}", entry.name);
        }
    }
    assert!(CATALOG.tables("nothing").is_empty());
    assert_eq!(CATALOG.tables("COGNITO"), CATALOG.tables("cognito"));
}

#[test]
fn a_table_is_found_in_any_case_singular_and_by_type() {
    let table = CATALOG.table("cognito", "user_pool_clients").unwrap();
    for (service, name) in [
        ("Cognito", "USER_POOL_CLIENTS"),
        ("cognito", "user_pool_client"),
    ] {
        assert_eq!(CATALOG.table(service, name).unwrap(), table);
    }
    for type_name in [
        "AWS::Cognito::UserPoolClient",
        "aws::cognito::userpoolclient",
    ] {
        assert_eq!(CATALOG.table_of_type(type_name).unwrap(), table);
    }
    let twin = CATALOG
        .table("cognito", "user_pool_client_list_only")
        .unwrap();
    assert_eq!(
        (twin.view, twin.name.as_str()),
        (View::ListOnly, "user_pool_clients_list_only")
    );
    assert!(CATALOG.has_service("COGNITO") && !CATALOG.has_service("cognitoo"));
}

#[test]
fn a_user_pool_client_is_what_its_schema_says() {
    let table = CATALOG.table("cognito", "user_pool_clients").unwrap();
    let column = |name: &str| &table.columns[table.column(name).unwrap()];
    let leading: Vec<_> = table
        .columns
        .iter()
        .map(|column| column.name.as_str())
        .take(3)
        .collect();
    assert_eq!(leading[..2], ["region", "identifier"]);
    assert_eq!(column("ClientSecret").name, "client_secret");
    assert!(column("client_secret").secret && column("client_secret").read_only);
    assert!(column("user_pool_id").required && column("user_pool_id").create_only);
    assert!(!column("client_name").secret && !column("client_name").required);
    assert_eq!(column("callback_urls").kind, ColumnKind::Json);
    assert_eq!(column("generate_secret").kind, ColumnKind::Boolean);
    assert_eq!(column("access_token_validity").kind, ColumnKind::Integer);
    assert_eq!(
        column("prevent_user_existence_errors").enum_values,
        ["ENABLED", "LEGACY"]
    );
    let parts: Vec<_> = table
        .identifier
        .iter()
        .map(|part| (part.path.as_str(), part.column.is_some()))
        .collect();
    assert_eq!(parts, [("UserPoolId", true), ("ClientId", true)]);
    assert_eq!(table.required_inputs.len(), 1);
    assert_eq!(table.required_inputs[0][0].property, "UserPoolId");
    assert_eq!(
        table.required_inputs[0][0].column,
        table.column("user_pool_id")
    );
    let [source] = table.sources.as_slice() else {
        panic!("{:?}", table.sources)
    };
    assert_eq!(source.input, "UserPoolId");
    assert_eq!(
        source.supply,
        Supply::Parent {
            type_name: "AWS::Cognito::UserPool".to_owned(),
            property: "UserPoolId".to_owned(),
        }
    );
    let create = table.handlers.create.as_ref().unwrap();
    assert_eq!(create.timeout_minutes, Some(2));
    assert!(
        create
            .permissions
            .contains(&"cognito-idp:CreateUserPoolClient".to_owned())
    );
    assert_eq!((table.tag_property.as_deref(), table.global), (None, false));
}

#[test]
fn other_shapes_of_types_are_understood() {
    let bucket = CATALOG.table_of_type("AWS::S3::Bucket").unwrap();
    assert_eq!(bucket.tag_property.as_deref(), Some("Tags"));
    // A nested part of an identifier has no column of its own, except in the list-only twin.
    let lens = CATALOG.table_of_type("AWS::S3::StorageLens").unwrap();
    assert_eq!(
        (lens.identifier[0].path.as_str(), lens.identifier[0].column),
        ("StorageLensConfiguration/Id", None)
    );
    let twin = CATALOG.table("s3", "storage_lens_list_only").unwrap();
    assert_eq!(twin.identifier[0].column, Some(1));
    // Alternatives: one set each; those that name what is no property are left out.
    let index = CATALOG.table_of_type("AWS::S3Vectors::Index").unwrap();
    assert_eq!(index.required_inputs.len(), 2);
    let listener = CATALOG
        .table_of_type("AWS::ElasticLoadBalancingV2::Listener")
        .unwrap();
    assert_eq!(listener.required_inputs.len(), 1);
    let log_group = CATALOG.table_of_type("AWS::Logs::LogGroup").unwrap();
    assert!(log_group.required_inputs.is_empty());
    assert_eq!(log_group.optional_inputs[0].property, "LogGroupName");
    // A nested write-only path does not make its column write-only.
    let action = CATALOG
        .table_of_type("AWS::ElasticLoadBalancingV2::Listener")
        .unwrap();
    assert!(!action.columns[action.column("default_actions").unwrap()].write_only);
    assert!(CATALOG.table_of_type("AWS::IAM::Role").unwrap().global);
}

#[test]
fn a_list_only_twin_keeps_list_inputs_that_it_has_no_column_for() {
    let twin = CATALOG
        .table("elasticloadbalancingv2", "listeners_list_only")
        .unwrap();
    let input = &twin.required_inputs[0][0];
    assert_eq!(
        (input.property.as_str(), input.column),
        ("LoadBalancerArn", None)
    );
    let twin = CATALOG
        .table("cognito", "user_pool_clients_list_only")
        .unwrap();
    assert_eq!(twin.required_inputs[0][0].column, Some(1));
}

#[test]
fn a_wrong_name_says_what_it_may_have_meant() {
    let CatalogError::UnknownService { candidates, .. } =
        CATALOG.table("congito", "user_pools").unwrap_err()
    else {
        panic!("not an unknown service");
    };
    assert_eq!(candidates[0], "cognito");
    let unknown_table = |service: &str, name: &str| match CATALOG.table(service, name).unwrap_err()
    {
        CatalogError::UnknownTable { candidates, .. } => candidates,
        other => panic!("{other}"),
    };
    assert_eq!(
        unknown_table("cognito", "user_pool_clint")[0],
        "user_pool_clients"
    );
    assert_eq!(unknown_table("kms", "user_pools"), ["cognito.user_pools"]);
    // The twin of a table that cannot be listed.
    assert_eq!(
        unknown_table("cognito", "user_pool_domains_list_only"),
        ["user_pool_domains"]
    );
    let CatalogError::UnknownType { candidates, .. } =
        CATALOG.table_of_type("AWS::Cognito::UserPol").unwrap_err()
    else {
        panic!("not an unknown type");
    };
    assert_eq!(candidates[0], "AWS::Cognito::UserPool");
}

#[test]
fn a_type_without_handlers_says_so() {
    let error = CATALOG.table("appmesh", "meshes").unwrap_err();
    assert_eq!(
        error.to_string(),
        "`appmesh.meshes` cannot be used: Cloud Control does not support `AWS::AppMesh::Mesh`"
    );
    assert!(CATALOG.has_service("appmesh") && !CATALOG.services().contains(&"appmesh"));
    assert!(CATALOG.schemas().get("AWS::AppMesh::Mesh").is_some());
}

#[test]
fn regions_and_their_homes_are_known() {
    let regions = CATALOG.regions();
    assert!(regions.is_sorted());
    assert_eq!(regions.len(), 37);
    let homes: BTreeSet<_> = regions
        .iter()
        .map(|region| CATALOG.home_region(region))
        .collect();
    assert_eq!(
        homes,
        BTreeSet::from(["us-east-1", "cn-northwest-1", "us-gov-west-1"])
    );
    // By name alone, so that an unlisted region has a home too.
    let unlisted = [
        "me-south-1",
        "us-iso-west-1",
        "us-isob-east-1",
        "eusc-de-east-1",
    ];
    let homes = unlisted.map(|region| CATALOG.home_region(region));
    assert_eq!(
        homes,
        [
            "us-east-1",
            "us-iso-east-1",
            "us-isob-east-1",
            "eusc-de-east-1"
        ]
    );
}

#[test]
fn availability_is_known_per_type() {
    let in_region = |type_name: &str, region: &str| {
        CATALOG
            .table_of_type(type_name)
            .unwrap()
            .availability
            .includes(region, CATALOG.regions())
    };
    assert!(in_region("AWS::Cognito::UserPoolClient", "eu-central-1"));
    assert!(
        in_region("AWS::DeviceFarm::Project", "us-west-2")
            && !in_region("AWS::DeviceFarm::Project", "us-east-1")
    );
    assert!(in_region("AWS::DeviceFarm::Project", "not-yet-built-1"));
    let everywhere = Availability::AllExcept(Vec::new());
    assert_eq!(
        CATALOG
            .table_of_type("AWS::IAM::Role")
            .unwrap()
            .availability,
        everywhere
    );
}

#[test]
fn schemas_have_facts_and_no_prose() {
    let document = &CATALOG
        .schemas()
        .get("AWS::Cognito::UserPoolClient")
        .unwrap()
        .document;
    assert_eq!(document["typeName"], "AWS::Cognito::UserPoolClient");
    assert_eq!(document["properties"]["CallbackURLs"]["maxItems"], 100);
    for prose in ["description", "sourceUrl"] {
        assert!(document.get(prose).is_none());
    }
}
