//! Names, columns and their order are those of StackQL's provider (`providers/aws/stackql/`), type by type.

use std::collections::{BTreeMap, BTreeSet};

use cirrus_provider::{
    CatalogError, ColumnKind, Role, Table, View, column_name, resource_name, service_name,
};

use crate::{CATALOG, read, rows};

/// Has no handlers any more, so that it is no table; its names are still checked.
const WITHOUT_HANDLERS: &str = "AWS::IoTEvents::AlarmModel";

#[test]
fn every_table_has_stackqls_name() {
    let text = read("stackql/names.tsv");
    let mut checked = 0;
    for row in rows(&text) {
        let [type_name, service, resource, ..] = row[..] else {
            panic!("{row:?}")
        };
        assert_eq!(
            (
                service_name(type_name).as_str(),
                resource_name(type_name).as_str()
            ),
            (service, resource)
        );
        match CATALOG.table(service, resource) {
            Ok(table) => assert_eq!(table.type_name, type_name),
            Err(CatalogError::NotProvisionable {
                type_name: found, ..
            }) => assert_eq!(found, WITHOUT_HANDLERS),
            Err(error) => panic!("{error}"),
        }
        checked += 1;
    }
    assert_eq!(checked, 1205);
}

#[test]
fn every_list_only_table_of_stackql_exists_and_has_the_identifiers_columns() {
    let text = read("stackql/names.tsv");
    let (mut checked, mut columns) = (0, 0);
    for row in rows(&text).filter(|row| row.len() > 3 && !row[3].is_empty()) {
        let table = CATALOG.table(row[1], row[3]);
        if row[0] == WITHOUT_HANDLERS {
            assert!(table.is_err());
            assert_eq!(row[3], format!("{}_list_only", row[2]));
        } else {
            let table = table.unwrap_or_else(|error| panic!("{error}"));
            assert_eq!((table.name.as_str(), table.view), (row[3], View::ListOnly));
            assert_eq!(table.columns[0].name, "region");
            assert_eq!(table.columns.len(), 1 + table.identifier.len());
        }
        checked += 1;
        columns += CATALOG
            .table_of_type(row[0])
            .map_or(1, |table| table.identifier.len());
    }
    assert_eq!(checked, 1138);
    // StackQL has 1,419; three types have another identifier since.
    assert_eq!(columns, 1418);
}

#[test]
fn list_only_columns_are_spelt_as_stackql_spells_them() {
    let names = |service: &str, table: &str| -> Vec<String> {
        let table = CATALOG.table(service, table).unwrap();
        table
            .columns
            .iter()
            .map(|column| column.name.clone())
            .collect()
    };
    assert_eq!(
        names("cognito", "user_pool_clients_list_only"),
        ["region", "user_pool_id", "client_id"]
    );
    assert_eq!(
        names("s3", "storage_lens_list_only"),
        ["region", "storage_lens_configuration_id"]
    );
    // The part called `Identifier` is the identifier; the one called `Region` gives way to the envelope.
    assert_eq!(
        names("cognito", "user_pool_resource_servers_list_only"),
        ["region", "user_pool_id", "identifier"]
    );
    assert_eq!(
        names("notifications", "notification_hubs_list_only"),
        ["region", "resource_region"]
    );
}

#[test]
fn columns_have_stackqls_names_and_order() {
    let text = read("stackql/columns.tsv");
    let mut by_type: BTreeMap<&str, Vec<(&str, &str)>> = BTreeMap::new();
    for row in rows(&text) {
        by_type.entry(row[0]).or_default().push((row[1], row[2]));
    }
    let (mut found, mut missing) = (0, BTreeMap::<&str, Vec<&str>>::new());
    for (type_name, expected) in &by_type {
        let Ok(table) = CATALOG.table_of_type(type_name) else {
            assert_eq!(*type_name, WITHOUT_HANDLERS);
            found += expected
                .iter()
                .filter(|(property, column)| column_name(property) == *column)
                .count();
            continue;
        };
        let mut positions = Vec::new();
        for (property, column) in expected {
            let position = table
                .columns
                .iter()
                .position(|column| column.property == *property);
            match position {
                Some(position) => {
                    // The one deviation: what is called like an envelope column gives way to it.
                    let is_envelope = ["region", "identifier"].contains(column);
                    let name = if is_envelope {
                        format!("resource_{column}")
                    } else {
                        (*column).to_owned()
                    };
                    assert_eq!(table.columns[position].name, name, "{type_name}.{property}");
                    positions.push(position);
                    found += 1;
                }
                None => missing.entry(type_name).or_default().push(column),
            }
        }
        // StackQL's come first and in its order, newer ones after them.
        assert_eq!(
            positions,
            (2..2 + positions.len()).collect::<Vec<_>>(),
            "{type_name}"
        );
    }
    let exceptions: toml::Value = toml::from_str(&read("exceptions.toml")).unwrap();
    let absent: BTreeMap<_, Vec<_>> = exceptions["absent"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| {
            let columns = entry["columns"].as_array().unwrap();
            (
                entry["type"].as_str().unwrap(),
                columns
                    .iter()
                    .map(|column| column.as_str().unwrap())
                    .collect(),
            )
        })
        .collect();
    assert_eq!(missing, absent);
    assert_eq!(found, 10_853);
    assert_eq!(
        found + missing.values().map(Vec::len).sum::<usize>(),
        10_870
    );
}

#[test]
fn columns_have_stackqls_types() {
    let text = read("stackql/columns.tsv");
    let mut different = BTreeSet::new();
    for row in rows(&text) {
        let Ok(table) = CATALOG.table_of_type(row[0]) else {
            continue;
        };
        let Some(column) = table
            .columns
            .iter()
            .find(|column| column.property == row[1])
        else {
            continue;
        };
        let kind = match row[3] {
            "string" => ColumnKind::Text,
            "integer" => ColumnKind::Integer,
            "number" => ColumnKind::Number,
            "boolean" => ColumnKind::Boolean,
            "object" | "array" | "oneOf" | "anyOf" | "" => ColumnKind::Json,
            other => panic!("{other}"),
        };
        if column.kind != kind {
            different.insert(format!(
                "{}.{}: {} {:?}",
                row[0], row[1], row[3], column.kind
            ));
        }
    }
    // StackQL keeps one definition per name and service, so that another type's may win; policy documents are text or
    // object now.
    let known = [
        "AWS::ARCZonalShift::AutoshiftObserverNotificationStatus.Status: object Text",
        "AWS::Lex::BotAlias.BotVersion: object Text",
        "AWS::Lex::BotVersion.BotVersion: object Text",
        "AWS::Logs::ResourcePolicy.PolicyDocument: string Json",
        "AWS::MemoryDB::Cluster.DataTiering: object Text",
        "AWS::MemoryDB::Cluster.IpDiscovery: object Text",
        "AWS::MemoryDB::Cluster.NetworkType: object Text",
    ];
    assert_eq!(different, known.map(str::to_owned).into());
}

/// Names that do not follow from the rules alone: the envelope's rule, and what `exceptions.toml` says.
#[test]
fn only_known_columns_leave_the_rules() {
    let mut names = BTreeSet::new();
    for table in crate::all_tables() {
        let properties = table
            .columns
            .iter()
            .filter(|column| column.role == Role::Property);
        names.extend(
            properties
                .filter(|column| column.name != column_name(&column.property))
                .map(|column| label(&table, &column.name)),
        );
        let distinct: BTreeSet<_> = table.columns.iter().map(|column| &column.name).collect();
        assert_eq!(distinct.len(), table.columns.len(), "{}", table.type_name);
    }
    // 15 properties called `Identifier`, five called `Region`, and one exception.
    let expected: BTreeSet<_> = [
        "arczonalshift.autoshift_observer_notification_statuses.resource_region",
        "cognito.user_pool_resource_servers.resource_identifier",
        "datazone.domain_units.resource_identifier",
        "datazone.environment_actions.resource_identifier",
        "datazone.project_profiles.resource_identifier",
        "dsql.clusters.resource_identifier",
        "groundstation.mission_profiles.resource_region",
        "iotmanagedintegrations.credential_lockers.resource_identifier",
        "iotmanagedintegrations.managed_things.resource_identifier",
        "iotmanagedintegrations.provisioning_profiles.resource_identifier",
        "medialive.cloud_watch_alarm_template_groups.resource_identifier",
        "medialive.cloud_watch_alarm_templates.resource_identifier",
        "medialive.event_bridge_rule_template_groups.resource_identifier",
        "medialive.event_bridge_rule_templates.resource_identifier",
        "medialive.signal_maps.resource_identifier",
        "notifications.notification_hubs.resource_region",
        "pi.perf_reports.resource_identifier",
        "rbin.rules.resource_identifier",
        "resourcegroups.tag_sync_tasks.group_id",
        "route53.record_sets.resource_region",
        "sns.subscriptions.resource_region",
    ]
    .map(str::to_owned)
    .into();
    assert_eq!(names, expected);
}

fn label(table: &Table, column: &str) -> String {
    format!("{}.{column}", table.qualified_name())
}
