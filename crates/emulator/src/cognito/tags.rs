//! TagResource, UntagResource, ListTagsForResource: a pool's tags, by its ARN.

use serde_json::{Value, json};

use super::{
    USER_POOL,
    desk::{Desk, draft, model},
    members::{Members, members, text, texts},
    pool_rules::UserPools,
    refusal::Refusal,
};

pub(super) fn tag(desk: &mut Desk<'_, '_>) -> Result<Value, Refusal> {
    let more = desk
        .input()
        .get("Tags")
        .map(members)
        .cloned()
        .unwrap_or_default();
    change(desk, |tags| tags.extend(more))
}

pub(super) fn untag(desk: &mut Desk<'_, '_>) -> Result<Value, Refusal> {
    let keys = texts(desk.input(), "TagKeys");
    change(desk, |tags| {
        tags.retain(|key, _| !keys.contains(&key.as_str()));
    })
}

pub(super) fn list(desk: &mut Desk<'_, '_>) -> Result<Value, Refusal> {
    let (_, pool) = tagged(desk)?;
    Ok(json!({"Tags": pool.get("UserPoolTags").cloned().unwrap_or_else(|| json!({}))}))
}

fn change(desk: &mut Desk<'_, '_>, change: impl FnOnce(&mut Members)) -> Result<Value, Refusal> {
    let (id, mut pool) = tagged(desk)?;
    let tags = pool.entry("UserPoolTags").or_insert_with(|| json!({}));
    if let Some(tags) = tags.as_object_mut() {
        change(tags);
    }
    desk.change(&UserPools, &id, draft(pool, Members::new()))?;
    Ok(json!({}))
}

/// The pool that the call's ARN names: its identifier and its model.
fn tagged(desk: &Desk<'_, '_>) -> Result<(String, Members), Refusal> {
    let arn = desk.text("ResourceArn");
    let id = arn.rsplit_once(":userpool/").map_or(arn, |(_, id)| id);
    let pool = desk.site().get(USER_POOL, id).map(model);
    match pool {
        Some(pool) if text(&pool, "Arn") == arn => Ok((id.to_owned(), pool)),
        _ => Err(Refusal::no_pool(id)),
    }
}
