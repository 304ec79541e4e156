//! The bound context of an evaluation, which notes whether it is read.

use super::big_segment::BigSegments;
use super::bound_context::{BoundContext, ValidContext};

/// The bound context of an evaluation. It can only be read by methods that note it: if none of them
/// was called, every valid context gets the same answer.
pub(super) struct WatchedContext<'a> {
    valid: &'a ValidContext,
    big_segments: Option<&'a BigSegments>,
    was_read: bool,
}

impl<'a> WatchedContext<'a> {
    /// Returns the context to watch; `None` if it is invalid.
    pub(super) fn of(bound_context: &'a BoundContext) -> Option<WatchedContext<'a>> {
        let valid = bound_context.valid()?;
        let big_segments = bound_context.big_segments();
        Some(WatchedContext { valid, big_segments, was_read: false })
    }

    /// Reads the context or its caches.
    pub(super) fn read(&mut self) -> &'a ValidContext {
        self.was_read = true;
        self.valid
    }

    /// Reads the memberships of big segments that the caller passed.
    pub(super) fn read_big_segments(&mut self) -> Option<&'a BigSegments> {
        self.was_read = true;
        self.big_segments
    }

    /// Whether the evaluation has read anything that differs between contexts.
    pub(super) fn was_read(&self) -> bool {
        self.was_read
    }
}
