//! SQL names of services, tables and columns, derived from the names in a resource type's schema.
//!
//! The rules are StackQL's, quirks included, so that its queries run unchanged: a generic snake_case is wrong on about
//! one column in 120. Where two columns of a table would share a name, `decode.rs` decides; plurals are
//! `pluralize.rs`'s.

use crate::pluralize::pluralize;

/// The schema (in SQL's sense) that holds a type's table: `AWS::Cognito::UserPoolClient` is in `cognito`.
pub fn service_name(type_name: &str) -> String {
    type_name
        .split("::")
        .nth(1)
        .unwrap_or(type_name)
        .to_ascii_lowercase()
}

/// The table of a type: `AWS::Cognito::UserPoolClient` is `user_pool_clients`.
pub fn resource_name(type_name: &str) -> String {
    let mut parts = type_name.split("::").skip(2);
    let short = parts.next().unwrap_or(type_name);
    pluralize(&resource_snake(short))
}

/// The column of a top-level property: `CallbackURLs` is `callback_urls`.
pub fn column_name(property: &str) -> String {
    let titled = ACRONYMS
        .iter()
        .fold(property.to_owned(), |name, (acronym, titled)| {
            name.replace(acronym, titled)
        });
    let name = column_snake(&titled);
    if RESERVED.contains(&name.as_str()) {
        format!("_{name}")
    } else {
        name
    }
}

/// Acronyms that count as one word in a column's name. Each replaces the text that the ones before it left.
const ACRONYMS: [(&str, &str); 40] = [
    ("DB", "Db"),
    ("ARN", "Arn"),
    ("WAN", "Wan"),
    ("URL", "Url"),
    ("VPCDHCP", "VpcDhcp"),
    ("EC2Fleet", "Ec2_Fleet"),
    ("VPC", "Vpc"),
    ("DHCP", "Dhcp"),
    ("DNS", "Dns"),
    ("IP", "Ip"),
    ("IAM", "Iam"),
    ("IPAM", "Ipam"),
    ("TLS", "Tls"),
    ("SSM", "Ssm"),
    ("CNAME", "Cname"),
    ("SQ", "Sq"),
    ("ML", "Ml"),
    ("SKU", "Sku"),
    ("KMS", "Kms"),
    ("OK", "Ok"),
    ("CA", "Ca"),
    ("ID", "Id"),
    ("TTL", "Ttl"),
    ("URI", "Uri"),
    ("LB", "Lb"),
    ("SNS", "Sns"),
    ("AWS", "Aws"),
    ("ACL", "Acl"),
    ("AZ", "Az"),
    ("API", "Api"),
    ("MSK", "Msk"),
    ("ECS", "Ecs"),
    ("EBS", "Ebs"),
    ("CWE", "Cwe"),
    ("SSE", "Sse"),
    ("HPO", "Hpo"),
    ("LF", "Lf"),
    ("WAL", "Wal"),
    ("MFA", "Mfa"),
    ("OAuth", "Oauth"),
];

/// Columns that would be keywords in StackQL's grammar.
const RESERVED: [&str; 7] = [
    "values", "schema", "database", "format", "update", "force", "match",
];

/// Splits the short name of a type into words.
///
/// Two passes over the text: a run of capitals before a lower-case letter loses its last capital to the next word and is
/// lower-cased on the spot, so that the second pass, which splits `aB`, no longer sees a border before the run
/// (`UserPoolUICustomization` is `user_poolui_customization`). Digits never split.
fn resource_snake(name: &str) -> String {
    let chars: Vec<char> = name.chars().collect();
    let mut runs_split = Vec::with_capacity(chars.len() + 8);
    let mut start = 0;
    while start < chars.len() {
        let run = chars[start..]
            .iter()
            .take_while(|c| c.is_ascii_uppercase())
            .count();
        let end = start + run;
        if run >= 2 && chars.get(end).is_some_and(char::is_ascii_lowercase) {
            runs_split.extend(chars[start..end - 1].iter().map(char::to_ascii_lowercase));
            runs_split.push('_');
            runs_split.extend(chars[end - 1..=end].iter().map(char::to_ascii_lowercase));
            start = end + 1;
        } else {
            let end = end.max(start + 1);
            runs_split.extend(&chars[start..end]);
            start = end;
        }
    }
    let mut words = String::with_capacity(runs_split.len() + 8);
    for (index, c) in runs_split.iter().enumerate() {
        let after_lower = index > 0 && runs_split[index - 1].is_ascii_lowercase();
        if (c.is_ascii_uppercase() && after_lower && !words.ends_with('_'))
            || (*c == '_' && !words.ends_with('_'))
        {
            words.push('_');
        }
        if *c != '_' {
            words.push(c.to_ascii_lowercase());
        }
    }
    words
}

/// Splits a property into words: an underscore inside each pair of a word character and a capital, pairs not overlapping
/// (`UUID` is `u_uid`).
fn column_snake(name: &str) -> String {
    let chars: Vec<char> = name.chars().collect();
    let mut words = String::with_capacity(name.len() + 8);
    let mut index = 0;
    while index < chars.len() {
        let is_word = chars[index].is_ascii_alphanumeric() || chars[index] == '_';
        words.push(chars[index].to_ascii_lowercase());
        if is_word && chars.get(index + 1).is_some_and(char::is_ascii_uppercase) {
            words.push('_');
            words.push(chars[index + 1].to_ascii_lowercase());
            index += 1;
        }
        index += 1;
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_service_is_the_second_part_lower_cased() {
        assert_eq!(service_name("AWS::ApiGatewayV2::Api"), "apigatewayv2");
    }

    #[test]
    fn tables_are_plural_and_split_as_stackql_splits() {
        for (type_name, table) in [
            ("AWS::Cognito::UserPoolClient", "user_pool_clients"),
            (
                "AWS::Cognito::UserPoolUICustomizationAttachment",
                "user_poolui_customization_attachments",
            ),
            ("AWS::EC2::EC2Fleet", "ec2fleets"),
            (
                "AWS::S3Outposts::S3AccessPointAttachment",
                "s3access_point_attachments",
            ),
            ("AWS::WAFv2::WebACLAssociation", "webacl_associations"),
            ("AWS::AppSync::GraphQLApi", "graphql_apis"),
            ("AWS::Glue::Schema", "schemata"),
            ("AWS::Kendra::Index", "indices"),
        ] {
            assert_eq!(resource_name(type_name), table, "{type_name}");
        }
    }

    #[test]
    fn columns_keep_stackqls_quirks() {
        for (property, column) in [
            ("CallbackURLs", "callback_urls"),
            ("AllowedOAuthFlows", "allowed_oauth_flows"),
            ("UUID", "u_uid"),
            ("EC2VpcId", "e_c2_vpc_id"),
            ("AIAgentId", "a_iagent_id"),
            ("IPv4Addresses", "ipv4_addresses"),
            ("Values", "_values"),
            ("Format", "_format"),
        ] {
            assert_eq!(column_name(property), column, "{property}");
        }
    }
}
