//! Partitions and ARNs: what the service would call a resource. Pure; `generate/arns.rs` has the shapes of common types.

use crate::resource_type::ResourceType;

/// Where a resource lives, as far as its names show it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place<'place> {
    pub(crate) account: &'place str,
    pub(crate) region: &'place str,
}

impl Place<'_> {
    pub(crate) fn partition(&self) -> &'static str {
        partition(self.region).0
    }

    pub(crate) fn dns_suffix(&self) -> &'static str {
        partition(self.region).1
    }
}

/// The partition of a region and the suffix of its host names.
fn partition(region: &str) -> (&'static str, &'static str) {
    const PARTITIONS: [(&str, &str, &str); 7] = [
        ("cn-", "aws-cn", "amazonaws.com.cn"),
        ("us-gov-", "aws-us-gov", "amazonaws.com"),
        ("us-iso-", "aws-iso", "c2s.ic.gov"),
        ("us-isob-", "aws-iso-b", "sc2s.sgov.gov"),
        ("eu-isoe-", "aws-iso-e", "cloud.adc-e.uk"),
        ("us-isof-", "aws-iso-f", "csp.hci.ic.gov"),
        ("eusc-", "aws-eusc", "amazonaws.eu"),
    ];
    PARTITIONS
        .iter()
        .find(|(prefix, ..)| region.starts_with(prefix))
        .map_or(("aws", "amazonaws.com"), |&(_, partition, suffix)| {
            (partition, suffix)
        })
}

/// The ARN of `kind/name`, as most types have it; `pattern` is what the schema demands of it.
pub(crate) fn usual(
    resource_type: &ResourceType,
    place: &Place<'_>,
    name: &str,
    pattern: Option<&str>,
) -> String {
    let (spelt_service, kind) = pattern.map_or((None, None), spelt_out);
    let service = spelt_service.unwrap_or_else(|| service(resource_type));
    let kind = kind.unwrap_or_else(|| kebab(resource_type.resource()));
    whole(resource_type, place, &service, &format!("{kind}/{name}"))
}

/// The ARN of a resource, which is what comes after the account.
pub(crate) fn of_resource(
    resource_type: &ResourceType,
    place: &Place<'_>,
    resource: &str,
) -> String {
    whole(resource_type, place, &service(resource_type), resource)
}

fn whole(resource_type: &ResourceType, place: &Place<'_>, service: &str, resource: &str) -> String {
    let partition = place.partition();
    let region = regional(resource_type, place.region);
    let account = place.account;
    format!("arn:{partition}:{service}:{region}:{account}:{resource}")
}

/// The region as an ARN writes it: services without regions leave it out.
fn regional<'region>(resource_type: &ResourceType, region: &'region str) -> &'region str {
    match resource_type.service() {
        "IAM" | "CloudFront" | "Organizations" | "GlobalAccelerator" => "",
        _ => region,
    }
}

/// The name that ARNs have for a service of the registry.
fn service(resource_type: &ResourceType) -> String {
    const OTHER_NAMES: [(&str, &str); 61] = [
        ("ACMPCA", "acm-pca"),
        ("AccessAnalyzer", "access-analyzer"),
        ("AmazonMQ", "mq"),
        ("ApiGatewayV2", "apigateway"),
        ("AppIntegrations", "app-integrations"),
        ("ApplicationAutoScaling", "autoscaling"),
        ("ApplicationSignals", "application-signals"),
        ("BCMDataExports", "bcm-data-exports"),
        ("BackupGateway", "backup-gateway"),
        ("BcmPricingCalculator", "bcm-pricing-calculator"),
        ("BedrockAgentCore", "bedrock-agentcore"),
        ("CertificateManager", "acm"),
        ("CodeStarConnections", "codestar-connections"),
        ("CodeStarNotifications", "codestar-notifications"),
        ("Cognito", "cognito-idp"),
        ("CustomerProfiles", "profile"),
        ("DocDB", "rds"),
        ("DocDBElastic", "docdb-elastic"),
        ("EFS", "elasticfilesystem"),
        ("EMR", "elasticmapreduce"),
        ("EMRContainers", "emr-containers"),
        ("EMRServerless", "emr-serverless"),
        ("ElasticLoadBalancingV2", "elasticloadbalancing"),
        ("EventSchemas", "schemas"),
        ("GreengrassV2", "greengrass"),
        ("HealthImaging", "medical-imaging"),
        ("InspectorV2", "inspector2"),
        ("IoTCoreDeviceAdvisor", "iotdeviceadvisor"),
        ("KendraRanking", "kendra-ranking"),
        ("KinesisAnalyticsV2", "kinesisanalytics"),
        ("KinesisFirehose", "firehose"),
        ("LicenseManager", "license-manager"),
        ("Location", "geo"),
        ("MSK", "kafka"),
        ("Macie", "macie2"),
        ("Neptune", "rds"),
        ("NeptuneGraph", "neptune-graph"),
        ("NetworkFirewall", "network-firewall"),
        ("NotificationsContacts", "notifications-contacts"),
        ("OpenSearchServerless", "aoss"),
        ("OpenSearchService", "es"),
        ("PCAConnectorAD", "pca-connector-ad"),
        ("PCAConnectorSCEP", "pca-connector-scep"),
        ("PaymentCryptography", "payment-cryptography"),
        ("Pinpoint", "mobiletargeting"),
        ("RefactorSpaces", "refactor-spaces"),
        ("ResourceExplorer2", "resource-explorer-2"),
        ("ResourceGroups", "resource-groups"),
        ("Route53RecoveryControl", "route53-recovery-control"),
        ("Route53RecoveryReadiness", "route53-recovery-readiness"),
        ("S3Outposts", "s3-outposts"),
        ("SMSVOICE", "sms-voice"),
        ("SSMContacts", "ssm-contacts"),
        ("SSMIncidents", "ssm-incidents"),
        ("SSMQuickSetup", "ssm-quicksetup"),
        ("ServiceCatalogAppRegistry", "servicecatalog"),
        ("StepFunctions", "states"),
        ("SystemsManagerSAP", "ssm-sap"),
        ("VpcLattice", "vpc-lattice"),
        ("WorkSpacesThinClient", "thinclient"),
        ("WorkSpacesWeb", "workspaces-web"),
    ];
    let name = resource_type.service();
    OTHER_NAMES
        .iter()
        .find(|(registry, _)| *registry == name)
        .map_or_else(|| name.to_ascii_lowercase(), |&(_, arn)| arn.to_owned())
}

/// The service and the kind of resource that a pattern of an ARN spells out.
fn spelt_out(pattern: &str) -> (Option<String>, Option<String>) {
    let fields = fields(pattern);
    let literal = |text: &str| {
        let plain = |character: char| character.is_ascii_alphanumeric() || character == '-';
        (!text.is_empty() && text.chars().all(plain)).then(|| text.to_owned())
    };
    let service = fields.get(2).and_then(|field| literal(field));
    let kind = fields
        .get(5)
        .and_then(|field| field.split(['/', '\\']).next())
        .and_then(literal);
    (service, kind)
}

/// The part of an ARN's pattern that the resource must match.
pub(crate) fn resource_pattern(pattern: &str) -> Option<String> {
    fields(pattern)
        .get(5..)
        .filter(|fields| !fields.is_empty())
        .map(|fields| fields.join(":"))
}

/// An ARN with another resource, and without the region and the account that its pattern has no place for.
pub(crate) fn with_resource(arn: &str, pattern: &str, resource: &str) -> String {
    let demanded = fields(pattern);
    let mut given: Vec<&str> = arn.splitn(6, ':').collect();
    for place in [3, 4] {
        if demanded.get(place).is_some_and(|field| field.is_empty())
            && let Some(field) = given.get_mut(place)
        {
            *field = "";
        }
    }
    given.truncate(5);
    given.push(resource);
    given.join(":")
}

/// A pattern's fields: cut at the colons that are outside of groups and classes.
fn fields(pattern: &str) -> Vec<&str> {
    let whole_group = pattern
        .strip_prefix("^(")
        .and_then(|inner| inner.strip_suffix(")$"));
    let pattern = whole_group.unwrap_or(pattern);
    let mut fields = Vec::new();
    let (mut depth, mut in_class, mut escaped, mut start) = (0_usize, false, false, 0);
    for (index, character) in pattern.char_indices() {
        if escaped {
            escaped = false;
            continue;
        }
        match character {
            '\\' => escaped = true,
            '[' => in_class = true,
            ']' => in_class = false,
            '(' if !in_class => depth += 1,
            ')' if !in_class => depth = depth.saturating_sub(1),
            ':' if !in_class && depth == 0 => {
                fields.push(&pattern[start..index]);
                start = index + 1;
            }
            _ => {}
        }
    }
    fields.push(&pattern[start..]);
    fields
}

/// `log-group` of `LogGroup`.
fn kebab(name: &str) -> String {
    let mut kebab = String::with_capacity(name.len() + 4);
    let mut previous = 'A';
    for character in name.chars() {
        if character.is_ascii_uppercase() && previous.is_ascii_lowercase() {
            kebab.push('-');
        }
        kebab.push(character.to_ascii_lowercase());
        previous = character;
    }
    kebab
}
