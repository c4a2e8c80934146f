//! Pages of native lists: a limit, and a token that leads on only in the list that it came from.

use serde_json::{Value, json};

use crate::{requests::fingerprint, sealed};

use super::{
    desk::Desk,
    members::{Members, text},
    refusal::Refusal,
};

/// No native list has longer pages.
const MOST: usize = 60;

/// What a list calls the parts of its pages.
#[derive(Clone, Copy)]
pub(super) struct Paging {
    pub(super) limit: &'static str,
    pub(super) token: &'static str,
    pub(super) items: &'static str,
}

impl Paging {
    /// With `MaxResults` and `NextToken`.
    pub(super) const fn results(items: &'static str) -> Self {
        Self {
            limit: "MaxResults",
            token: "NextToken",
            items,
        }
    }

    /// With `Limit` and `NextToken`.
    pub(super) const fn limited(items: &'static str) -> Self {
        Self {
            limit: "Limit",
            token: "NextToken",
            items,
        }
    }

    /// The page that the call asks for; `found` has keys in ascending order.
    pub(super) fn page<'list, T>(
        self,
        desk: &Desk<'_, '_>,
        found: impl Iterator<Item = (&'list str, T)>,
        show: impl Fn(T) -> Value,
    ) -> Result<Value, Refusal> {
        let input = desk.input();
        let list = self.list(desk);
        let after = match text(input, self.token) {
            "" => None,
            // The wording is not known [INF].
            token => Some(
                sealed::open(&list, token)
                    .ok_or_else(|| Refusal::parameter("Invalid pagination token."))?,
            ),
        };
        let mut found = found
            .skip_while(|(key, _)| after.as_deref().is_some_and(|after| *key <= after))
            .peekable();
        let mut items = Vec::new();
        let mut shown_last = "";
        let limit = self.limit(input);
        while items.len() < limit {
            let Some((key, item)) = found.next() else {
                break;
            };
            items.push(show(item));
            shown_last = key;
        }
        let mut answer = json!({ self.items: items });
        if found.peek().is_some() {
            answer[self.token] = json!(sealed::seal(&list, shown_last));
        }
        Ok(answer)
    }

    /// 0 and nothing mean the most that there is.
    fn limit(self, input: &Members) -> usize {
        let asked = input.get(self.limit).and_then(Value::as_u64).unwrap_or(0);
        match usize::try_from(asked) {
            Ok(0) | Err(_) => MOST,
            Ok(asked) => asked.min(MOST),
        }
    }

    /// What makes the list another one: everything but the page.
    fn list(self, desk: &Desk<'_, '_>) -> String {
        let mut input = desk.input().clone();
        input.shift_remove(self.limit);
        input.shift_remove(self.token);
        let scope = desk.scope(self.items);
        let input = Value::Object(input).to_string();
        let list = fingerprint([
            scope.account.as_str(),
            &scope.region,
            &scope.type_name,
            &input,
        ]);
        format!("{list:016x}")
    }
}
