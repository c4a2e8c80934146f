//! [`Queue`]: who is next, in turns between queries, so that a long one does not starve a short one.

use std::collections::VecDeque;

/// Whom calls belong to: calls of one query wait in one line.
pub(crate) type QueryId = usize;

/// Where in its query's line a call begins to wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// Behind the others.
    Back,
    /// Before the others, and its query before other queries: it had its turn, and got nothing for it.
    Front,
}

/// Lines of waiting calls, one a query; the line at the front is next.
#[derive(Debug)]
pub(super) struct Queue<T> {
    lines: VecDeque<(QueryId, VecDeque<T>)>,
}

impl<T> Default for Queue<T> {
    fn default() -> Self {
        Self {
            lines: VecDeque::new(),
        }
    }
}

impl<T> Queue<T> {
    pub(super) fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// The call that waits at the front of the queue.
    pub(super) fn first(&self) -> Option<&T> {
        self.lines.front().and_then(|(_, line)| line.front())
    }

    pub(super) fn push(&mut self, query: QueryId, place: Place, call: T) {
        let found = self.lines.iter().position(|(id, _)| *id == query);
        match (place, found) {
            (Place::Back, Some(index)) => self.lines[index].1.push_back(call),
            (Place::Back, None) => self.lines.push_back((query, [call].into())),
            (Place::Front, found) => {
                let mut line = found
                    .and_then(|index| self.lines.remove(index))
                    .map(|(_, line)| line)
                    .unwrap_or_default();
                line.push_front(call);
                self.lines.push_front((query, line));
            }
        }
    }

    /// Takes the next call out; its query's next turn comes after all the others'.
    pub(super) fn pop(&mut self) -> Option<T> {
        let (query, mut line) = self.lines.pop_front()?;
        let call = line.pop_front();
        if !line.is_empty() {
            self.lines.push_back((query, line));
        }
        call
    }

    /// Takes the calls out for which `is_gone` says so.
    pub(super) fn remove(&mut self, query: QueryId, is_gone: impl Fn(&T) -> bool) {
        let Some(index) = self.lines.iter().position(|(id, _)| *id == query) else {
            return;
        };
        let line = &mut self.lines[index].1;
        line.retain(|call| !is_gone(call));
        if line.is_empty() {
            self.lines.remove(index);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drain(queue: &mut Queue<&'static str>) -> Vec<&'static str> {
        std::iter::from_fn(|| queue.pop()).collect()
    }

    #[test]
    fn queries_take_turns_whatever_they_have_waiting() {
        let mut queue = Queue::default();
        for call in ["a1", "a2", "a3"] {
            queue.push(1, Place::Back, call);
        }
        queue.push(2, Place::Back, "b1");
        assert_eq!(queue.pop(), Some("a1"));
        queue.push(2, Place::Back, "b2");
        assert_eq!(drain(&mut queue), ["b1", "a2", "b2", "a3"]);
        assert!(queue.is_empty());
    }

    #[test]
    fn who_got_nothing_for_its_turn_is_next_again() {
        let mut queue = Queue::default();
        for (query, call) in [(1, "a1"), (1, "a2"), (2, "b1")] {
            queue.push(query, Place::Back, call);
        }
        let throttled = queue.pop().unwrap();
        queue.push(1, Place::Front, throttled);
        assert_eq!(queue.first(), Some(&"a1"));
        assert_eq!(drain(&mut queue), ["a1", "b1", "a2"]);
    }

    #[test]
    fn who_leaves_holds_nobody_up() {
        let mut queue = Queue::default();
        for (query, call) in [(1, "a1"), (2, "b1"), (1, "a2")] {
            queue.push(query, Place::Back, call);
        }
        queue.remove(1, |call| *call == "a1");
        queue.remove(2, |call| *call == "b1");
        queue.remove(3, |_| true);
        assert_eq!(drain(&mut queue), ["a2"]);
    }
}
