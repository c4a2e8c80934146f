//! CreateUserPoolDomain, DescribeUserPoolDomain, UpdateUserPoolDomain, DeleteUserPoolDomain, and what a domain is beyond its
//! schema.

use serde_json::{Value, json};

use crate::{
    handler::{Draft, HandlerCall},
    store::{Resource, Scope},
};

use super::{
    DOMAIN,
    desk::{Desk, draft, model},
    kind::Kind,
    members::{Members, members, only, preset, text},
    refusal::Refusal,
    site::Site,
};

/// `AWS::Cognito::UserPoolDomain`.
pub(super) struct Domains;

impl Kind for Domains {
    fn type_name(&self) -> &'static str {
        DOMAIN
    }

    fn check_create(&self, site: &Site<'_>, model: &Value) -> Result<(), Refusal> {
        let domain = members(model);
        let pool = text(domain, "UserPoolId");
        site.pool(pool)?;
        let name = text(domain, "Domain");
        if site.get(DOMAIN, &format!("{pool}|{name}")).is_some() {
            // The store refuses it.
            return Ok(());
        }
        let is_custom = domain.contains_key("CustomDomainConfig");
        // Both texts are quoted by many programs that met them.
        if taken(site, name).is_some() {
            return Err(Refusal::parameter(TAKEN));
        }
        let own =
            |other: &Resource| self::model(other).contains_key("CustomDomainConfig") == is_custom;
        if site.of_pool(DOMAIN, pool).any(|(_, other)| own(other)) {
            return Err(Refusal::parameter(
                "User pool already has a domain configured.",
            ));
        }
        Ok(())
    }

    fn complete(&self, call: &mut HandlerCall<'_>, draft: &mut Draft) {
        if let Some(domain) = draft.model.as_object_mut() {
            let sequence = &mut call.world.sequence;
            preset(domain, "CloudFrontDistribution", || {
                json!(format!("d{}.cloudfront.net", sequence.lower(13)))
            });
        }
    }

    fn missing(&self, _identifier: &str) -> Option<String> {
        Some(UNKNOWN.to_owned())
    }

    fn existing(&self, _identifier: &str) -> Option<String> {
        Some(TAKEN.to_owned())
    }
}

const TAKEN: &str = "Domain already associated with another user pool.";
/// From memory [INF].
const UNKNOWN: &str = "No such domain or user pool exists.";

/// The domain of this name, whosever it is: names are unique in a region.
fn taken<'site>(site: &Site<'site>, name: &str) -> Option<(Scope, &'site Resource)> {
    let scopes = site.store.scopes().into_iter();
    let mut domains =
        scopes.filter(|scope| scope.type_name == DOMAIN && scope.region == site.scope.region);
    domains.find_map(|scope| {
        let mut own = site.store.of(scope);
        let (_, found) = own.find(|(identifier, _)| {
            identifier
                .split_once('|')
                .is_some_and(|(_, own)| own == name)
        })?;
        Some((scope.clone(), found))
    })
}

pub(super) fn create(desk: &mut Desk<'_, '_>) -> Result<Value, Refusal> {
    let asked = [
        "UserPoolId",
        "Domain",
        "CustomDomainConfig",
        "ManagedLoginVersion",
        "Routing",
    ];
    if desk.site().get(DOMAIN, &identifier(desk)).is_some() {
        return Err(Refusal::parameter(TAKEN));
    }
    let domain = only(desk.input(), &asked);
    let (_, domain) = desk.create(&Domains, draft(domain, Members::new()))?;
    Ok(answer(&domain))
}

/// A domain that nobody has is described by nothing.
#[expect(
    clippy::unnecessary_wraps,
    reason = "every native operation has this form"
)]
pub(super) fn describe(desk: &mut Desk<'_, '_>) -> Result<Value, Refusal> {
    let site = desk.site();
    let found = taken(&site, desk.text("Domain"));
    let description = found.map(|(scope, domain)| {
        let mut shown = model(domain);
        preset(&mut shown, "CustomDomainConfig", || json!({}));
        shown.insert("AWSAccountId".to_owned(), json!(scope.account));
        shown.insert("Status".to_owned(), json!("ACTIVE"));
        shown.insert("ManagedLoginVersion".to_owned(), version(domain));
        shown
    });
    Ok(json!({"DomainDescription": description.unwrap_or_default()}))
}

pub(super) fn update(desk: &mut Desk<'_, '_>) -> Result<Value, Refusal> {
    let before = named(desk)?;
    let mut domain = model(&before);
    let asked = only(
        desk.input(),
        &["CustomDomainConfig", "ManagedLoginVersion", "Routing"],
    );
    domain.extend(asked);
    let domain = desk.change(&Domains, &identifier(desk), draft(domain, Members::new()))?;
    Ok(answer(&domain))
}

pub(super) fn delete(desk: &mut Desk<'_, '_>) -> Result<Value, Refusal> {
    named(desk)?;
    desk.remove(&Domains, &identifier(desk))?;
    Ok(json!({}))
}

fn identifier(desk: &Desk<'_, '_>) -> String {
    format!("{}|{}", desk.pool_id(), desk.text("Domain"))
}

fn named(desk: &Desk<'_, '_>) -> Result<Resource, Refusal> {
    let found = desk.site().get(DOMAIN, &identifier(desk)).cloned();
    found.ok_or_else(|| Refusal::parameter(UNKNOWN))
}

/// 1 is the classic hosted UI, 2 managed login; which one is meant when none is named is documented.
fn version(domain: &Resource) -> Value {
    let known = domain.hidden().write_only;
    known
        .get("/properties/ManagedLoginVersion")
        .cloned()
        .unwrap_or_else(|| json!(1))
}

/// The distribution is told of an own domain only, whose owner must point it there.
fn answer(domain: &Resource) -> Value {
    let mut answer = json!({"ManagedLoginVersion": version(domain)});
    let domain = model(domain);
    if domain.contains_key("CustomDomainConfig") {
        answer["CloudFrontDomain"] = json!(text(&domain, "CloudFrontDistribution"));
    }
    answer
}
