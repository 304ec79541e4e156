//! How JavaScript holds objects of the core.

use std::cell::RefCell;

use isoflag::{BoundFlags, Context, Flags};
use wasm_bindgen::prelude::wasm_bindgen;

use crate::failure::{self, Failed};
#[cfg(feature = "tools")]
use crate::part::Parts;

/// What a call gives instead of a handle where it fails.
pub(crate) const NO_HANDLE: u32 = 0;

/// A document, with what its flags ask of a host's object.
pub(crate) struct Document {
    pub(crate) flags: Flags,
    #[cfg(feature = "tools")]
    pub(crate) parts: Parts,
}

impl From<Flags> for Document {
    fn from(flags: Flags) -> Document {
        Document {
            flags,
            #[cfg(feature = "tools")]
            parts: Parts::default(),
        }
    }
}

thread_local! {
    pub(crate) static FLAGS: Table<Document> = const { Table::new() };
    pub(crate) static CONTEXTS: Table<Context> = const { Table::new() };
    pub(crate) static BOUND: Table<BoundFlags> = const { Table::new() };
}

/// The objects of one kind that JavaScript holds, each known to it by an integer from 1.
pub(crate) struct Table<T> {
    slots: RefCell<Slots<T>>,
}

struct Slots<T> {
    taken: Vec<Option<T>>,
    free: Vec<u32>,
}

impl<T> Table<T> {
    pub(crate) const fn new() -> Table<T> {
        Table { slots: RefCell::new(Slots { taken: Vec::new(), free: Vec::new() }) }
    }

    /// Keeps an object until its handle is freed.
    pub(crate) fn keep(&self, object: T) -> u32 {
        let mut slots = self.slots.borrow_mut();
        if let Some(index) = slots.free.pop()
            && let Some(slot) = slots.taken.get_mut(index as usize)
        {
            *slot = Some(object);
            return index + 1;
        }
        slots.taken.push(Some(object));
        u32::try_from(slots.taken.len()).unwrap_or(u32::MAX)
    }

    /// Reads the object of a handle; `None` where it was freed.
    pub(crate) fn read<R>(&self, handle: u32, reader: impl FnOnce(&T) -> R) -> Option<R> {
        let slots = self.slots.borrow();
        let index = handle.wrapping_sub(1) as usize;
        slots.taken.get(index).and_then(Option::as_ref).map(reader)
    }

    /// As [`Table::read`], with a failure where the object was freed.
    pub(crate) fn get<R>(&self, handle: u32, reader: impl FnOnce(&T) -> R) -> Result<R, Failed> {
        self.read(handle, reader).ok_or_else(failure::freed)
    }

    /// Keeps what was made until its handle is freed.
    pub(crate) fn keep_made(&self, object: Result<T, Failed>) -> u32 {
        object.map_or(NO_HANDLE, |object| self.keep(object))
    }

    pub(crate) fn free(&self, handle: u32) {
        let mut slots = self.slots.borrow_mut();
        let index = handle.wrapping_sub(1);
        let object = slots.taken.get_mut(index as usize).and_then(Option::take);
        if object.is_some() {
            slots.free.push(index);
        }
        // Dropping a large document takes a while, and must not happen under the borrow.
        drop(slots);
        drop(object);
    }

    pub(crate) fn count(&self) -> u32 {
        let slots = self.slots.borrow();
        u32::try_from(slots.taken.len() - slots.free.len()).unwrap_or(u32::MAX)
    }
}

/// Reads a document.
pub(crate) fn with_flags<R>(flags: u32, reader: impl FnOnce(&Flags) -> R) -> Result<R, Failed> {
    FLAGS.with(|table| table.get(flags, |document| reader(&document.flags)))
}

/// Frees a document.
#[wasm_bindgen(js_name = freeFlags)]
pub fn free_flags(flags: u32) {
    FLAGS.with(|table| table.free(flags));
}

/// Frees a context.
#[wasm_bindgen(js_name = freeContext)]
pub fn free_context(context: u32) {
    CONTEXTS.with(|table| table.free(context));
}

/// Frees a document bound to a context.
#[wasm_bindgen(js_name = freeBound)]
pub fn free_bound(bound: u32) {
    BOUND.with(|table| table.free(bound));
}

/// How many objects JavaScript holds, of every kind together.
#[wasm_bindgen(js_name = liveHandles)]
#[must_use]
pub fn live_handles() -> u32 {
    #[cfg(feature = "tools")]
    let histories = crate::history::count();
    #[cfg(not(feature = "tools"))]
    let histories = 0;
    FLAGS.with(Table::count) + CONTEXTS.with(Table::count) + BOUND.with(Table::count) + histories
}
