//! Tables of the core's objects that JavaScript holds by handle.

use std::any::Any;
use std::cell::{Cell, OnceCell, RefCell};

use isoflag::{BoundFlags, Context, Flags};
use wasm_bindgen::prelude::wasm_bindgen;

use crate::failure::{self, Failed};

/// Returned instead of a handle if a call fails.
pub(crate) const NO_HANDLE: u32 = 0;

/// A document that JavaScript holds.
#[derive(Debug)]
pub struct Document {
    /// The document.
    pub flags: Flags,
    /// Data that a module keeps with it until it is freed.
    pub beside: OnceCell<Box<dyn Any>>,
}

impl From<Flags> for Document {
    fn from(flags: Flags) -> Document {
        Document { flags, beside: OnceCell::new() }
    }
}

thread_local! {
    /// The documents.
    pub static FLAGS: Table<Document> = const { Table::new() };
    /// The contexts.
    pub static CONTEXTS: Table<Context> = const { Table::new() };
    /// The documents bound to contexts.
    pub static BOUND: Table<BoundFlags> = const { Table::new() };
}

/// The number of bits of a handle that are its slot, counted from 1; the generation of the slot is above them. Together
/// they have 30 bits, which every engine stores in a small integer.
const SLOT_BITS: u32 = 22;
const SLOT: u32 = (1 << SLOT_BITS) - 1;
const GENERATIONS: u32 = (1 << 8) - 1;

thread_local! {
    static FIRST_GENERATION: Cell<u32> = const { Cell::new(0) };
    /// The number of objects in all tables.
    static LIVE: Cell<u32> = const { Cell::new(0) };
}

/// Sets the generation of later handles, so that no handle of an earlier instance is valid in this one.
#[wasm_bindgen(js_name = setGeneration)]
pub fn set_generation(generation: u32) {
    FIRST_GENERATION.set(generation & GENERATIONS);
}

/// The objects of one kind that JavaScript holds, by handle. A freed handle is not reused until its slot has been
/// through all generations.
#[derive(Debug)]
pub struct Table<T> {
    slots: RefCell<Slots<T>>,
}

#[derive(Debug)]
struct Slots<T> {
    all: Vec<Slot<T>>,
    /// The handles to allocate next.
    free: Vec<u32>,
}

#[derive(Debug)]
struct Slot<T> {
    handle: u32,
    object: Option<T>,
}

fn index(handle: u32) -> usize {
    (handle & SLOT).wrapping_sub(1) as usize
}

impl<T> Slots<T> {
    fn next(&self) -> Option<u32> {
        let slot = u32::try_from(self.all.len() + 1).ok().filter(|slot| *slot <= SLOT)?;
        Some(FIRST_GENERATION.get() << SLOT_BITS | slot)
    }
}

impl<T> Default for Table<T> {
    fn default() -> Table<T> {
        Table::new()
    }
}

impl<T> Table<T> {
    /// An empty table.
    #[must_use]
    pub const fn new() -> Table<T> {
        Table { slots: RefCell::new(Slots { all: Vec::new(), free: Vec::new() }) }
    }

    /// Keeps an object until its handle is freed. Fails if there are too many objects.
    pub fn keep(&self, object: T) -> u32 {
        let mut slots = self.slots.borrow_mut();
        if let Some(handle) = slots.free.pop()
            && let Some(slot) = slots.all.get_mut(index(handle))
        {
            *slot = Slot { handle, object: Some(object) };
            LIVE.set(LIVE.get() + 1);
            return handle;
        }
        let Some(handle) = slots.next() else {
            failure::too_many();
            return NO_HANDLE;
        };
        slots.all.push(Slot { handle, object: Some(object) });
        LIVE.set(LIVE.get() + 1);
        handle
    }

    /// Reads the object of a handle; `None` if it was freed.
    pub fn read<R>(&self, handle: u32, reader: impl FnOnce(&T) -> R) -> Option<R> {
        let slots = self.slots.borrow();
        let slot = slots.all.get(index(handle)).filter(|slot| slot.handle == handle)?;
        slot.object.as_ref().map(reader)
    }

    /// Like [`Table::read`], with a failure if the object was freed.
    pub fn get<R>(&self, handle: u32, reader: impl FnOnce(&T) -> R) -> Result<R, Failed> {
        self.read(handle, reader).ok_or_else(failure::freed)
    }

    /// Stores a created object until its handle is freed.
    pub fn keep_made(&self, object: Result<T, Failed>) -> u32 {
        object.map_or(NO_HANDLE, |object| self.keep(object))
    }

    /// Drops the object of a handle.
    pub fn free(&self, handle: u32) {
        let mut slots = self.slots.borrow_mut();
        let slot = slots.all.get_mut(index(handle)).filter(|slot| slot.handle == handle);
        let object = slot.and_then(|slot| slot.object.take());
        if object.is_some() {
            let generation = ((handle >> SLOT_BITS) + 1) & GENERATIONS;
            slots.free.push(generation << SLOT_BITS | handle & SLOT);
            LIVE.set(LIVE.get() - 1);
        }
        // Dropping a large document takes time, and must not happen during the borrow.
        drop(slots);
        drop(object);
    }
}

/// Reads a document.
pub fn with_flags<R>(flags: u32, reader: impl FnOnce(&Flags) -> R) -> Result<R, Failed> {
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

/// Returns the number of objects of all kinds that JavaScript holds.
#[wasm_bindgen(js_name = liveHandles)]
#[must_use]
pub fn live_handles() -> u32 {
    LIVE.get()
}
