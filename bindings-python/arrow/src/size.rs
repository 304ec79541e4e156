//! Upper bounds of the JSON of a column's cells, from lengths alone: below the limits of a context no
//! row has to be measured.

use arrow_array::Array;
use arrow_array::cast::AsArray;
use arrow_schema::DataType;
use isoflag::limits::{CONTEXT_BYTES, CONTEXT_CONTAINERS};

use crate::column::Text;

/// The most bytes of JSON for a byte of text: an escape.
const ESCAPE: usize = 6;

/// The most bytes of a number, a boolean or a time.
const SCALAR: usize = 32;

/// An upper bound of the JSON of a value.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Size {
    bytes: usize,
    /// The number of arrays and objects.
    containers: usize,
}

impl Size {
    /// The size of a text with this number of bytes, and what separates it from others.
    pub(crate) fn of_text(length: usize) -> Size {
        Size { bytes: length.saturating_mul(ESCAPE).saturating_add(4), containers: 0 }
    }

    /// The size of brackets.
    pub(crate) fn of_brackets() -> Size {
        Size { bytes: 2, containers: 1 }
    }

    pub(crate) fn plus(self, other: Size) -> Size {
        Size {
            bytes: self.bytes.saturating_add(other.bytes),
            containers: self.containers.saturating_add(other.containers),
        }
    }

    /// Whether a context of this size is within the limits.
    pub(crate) fn fits(self) -> bool {
        self.bytes <= CONTEXT_BYTES && self.containers <= CONTEXT_CONTAINERS
    }

    /// The size of an array with this number of elements.
    fn array(self, elements: usize) -> Size {
        let element = self.plus(Size { bytes: 1, containers: 0 });
        Size::of_brackets().plus(Size {
            bytes: element.bytes.saturating_mul(elements),
            containers: element.containers.saturating_mul(elements),
        })
    }

    /// Returns the size that no cell exceeds.
    pub(crate) fn of_cells(array: &dyn Array) -> Size {
        let lists = match array.data_type() {
            DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => {
                return Size::of_text(Text::of(array).map_or(0, Text::longest));
            }
            DataType::Struct(fields) => {
                let members = array.as_struct_opt().map(|array| fields.iter().zip(array.columns()));
                return members.into_iter().flatten().fold(
                    Size::of_brackets(),
                    |sum, (field, column)| {
                        sum.plus(Size::of_text(field.name().len())).plus(Size::of_cells(column))
                    },
                );
            }
            DataType::Dictionary(..) => {
                let dictionary = array.as_any_dictionary_opt();
                return dictionary
                    .map_or(Size::default(), |dictionary| Size::of_cells(dictionary.values()));
            }
            DataType::List(_) => {
                array.as_list_opt::<i32>().map(|array| by_offsets(array.values(), array.offsets()))
            }
            DataType::LargeList(_) => {
                array.as_list_opt::<i64>().map(|array| by_offsets(array.values(), array.offsets()))
            }
            DataType::Map(..) => array.as_map_opt().map(|array| {
                // An entry is a member of one object.
                by_offsets(array.entries(), array.offsets())
            }),
            DataType::FixedSizeList(_, size) => array
                .as_fixed_size_list_opt()
                .map(|array| (Size::of_cells(array.values()), length(*size))),
            DataType::ListView(_) => array
                .as_list_view_opt::<i32>()
                .map(|array| (Size::of_cells(array.values()), longest(array.sizes()))),
            DataType::LargeListView(_) => array
                .as_list_view_opt::<i64>()
                .map(|array| (Size::of_cells(array.values()), longest(array.sizes()))),
            _ => return Size { bytes: SCALAR, containers: 0 },
        };
        lists.map_or(Size::default(), |(element, elements)| element.array(elements))
    }
}

impl Text<'_> {
    /// The number of bytes of the longest text.
    fn longest(self) -> usize {
        match self {
            Text::Small(array) => differences(array.offsets()).max().unwrap_or(0),
            Text::Large(array) => differences(array.offsets()).max().unwrap_or(0),
            // The low half of a view is the length.
            Text::View(array) => {
                array.views().iter().map(|view| *view as u32 as usize).max().unwrap_or(0)
            }
        }
    }
}

/// The size of an element and the length of the longest list. The elements are those that the offsets
/// refer to: a slice shares the elements of the whole array.
fn by_offsets<O: Copy>(elements: &dyn Array, offsets: &[O]) -> (Size, usize)
where
    usize: TryFrom<O>,
{
    let ends =
        offsets.first().zip(offsets.last()).map(|(first, last)| (length(*first), length(*last)));
    let (first, last) = ends.unwrap_or_default();
    let shown = elements.slice(first, last.saturating_sub(first));
    (Size::of_cells(&*shown), differences(offsets).max().unwrap_or(0))
}

fn differences<O: Copy>(offsets: &[O]) -> impl Iterator<Item = usize>
where
    usize: TryFrom<O>,
{
    offsets.array_windows().map(|[start, end]| length(*end).saturating_sub(length(*start)))
}

fn longest<O: Copy>(sizes: &[O]) -> usize
where
    usize: TryFrom<O>,
{
    sizes.iter().map(|size| length(*size)).max().unwrap_or(0)
}

fn length<O>(length: O) -> usize
where
    usize: TryFrom<O>,
{
    usize::try_from(length).unwrap_or(0)
}
