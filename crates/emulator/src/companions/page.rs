//! Pages of a list: a token says after which item the next page begins, and in which list.

use crate::sealed;

/// One page.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Page<T> {
    pub(crate) items: Vec<T>,
    /// What leads on to the next page, if there is one.
    pub(crate) next: Option<String>,
}

impl<T> Page<T> {
    /// The page that a token leads to, or the first. The items come in the order of their names; `list` is what makes this list
    /// another than others, filters included. None for a token of another list.
    pub(crate) fn of(
        list: &str,
        token: Option<&str>,
        items: impl IntoIterator<Item = T>,
        name: impl Fn(&T) -> &str,
        size: usize,
    ) -> Option<Self> {
        let after = match token {
            None => None,
            Some(token) => Some(sealed::open(list, token)?),
        };
        let mut rest = items
            .into_iter()
            .skip_while(|item| after.as_deref().is_some_and(|after| name(item) <= after));
        let page: Vec<T> = rest.by_ref().take(size).collect();
        let next = match page.last() {
            Some(end) if rest.next().is_some() => Some(sealed::seal(list, name(end))),
            _ => None,
        };
        Some(Self { items: page, next })
    }

    /// Ends the page after so many items already.
    pub(crate) fn shorten(&mut self, list: &str, length: usize, name: impl Fn(&T) -> &str) {
        if length < self.items.len() {
            self.items.truncate(length);
            self.next = self.items.last().map(|last| sealed::seal(list, name(last)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_follow_each_other_even_if_an_item_has_gone() {
        let page = |token: Option<&str>, items: &[&'static str]| {
            Page::of("list", token, items.to_vec(), |item| item, 2)
        };
        let first = page(None, &["a", "b", "c", "d", "e"]).unwrap();
        assert_eq!(first.items, ["a", "b"]);
        let second = page(first.next.as_deref(), &["a", "c", "d", "e"]).unwrap();
        assert_eq!(second.items, ["c", "d"]);
        let last = page(second.next.as_deref(), &["a", "c", "d", "e"]).unwrap();
        assert_eq!(last.items, ["e"]);
        assert_eq!(last.next, None);
        let full = page(None, &["a", "b"]).unwrap();
        assert_eq!(full.next, None);
        assert_eq!(page(None, &[]).unwrap().items.len(), 0);
        let mut short = page(None, &["a", "b"]).unwrap();
        short.shorten("list", 2, |item| item);
        assert_eq!(short, full);
        short.shorten("list", 1, |item| item);
        let rest = page(short.next.as_deref(), &["a", "b"]).unwrap();
        assert_eq!((short.items, rest.items), (vec!["a"], vec!["b"]));
        assert_eq!(page(Some("nonsense"), &["a"]), None);
        let token = first.next.as_deref();
        assert_eq!(Page::of("other", token, ["a"], |item| item, 2), None);
    }
}
