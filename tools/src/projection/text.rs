//! Prints the report on a projection.

use std::fmt;

use isoflag::printable;

use super::ProjectionReport;

impl ProjectionReport {
    /// Returns a line for each flag that is refused, and for each private reference that is unused.
    #[must_use]
    pub fn complaints(&self) -> Vec<String> {
        let refused = self.refused.iter().map(|refused| {
            let (key, private) = (printable(&refused.key), printable(&refused.private));
            format!("`{key}` is left out, because {} shows `{private}`", refused.place)
        });
        let unused = self
            .unused_private
            .iter()
            .map(|private| format!("no part of the document compares `{}`", printable(private)));
        refused.chain(unused).collect()
    }
}

impl fmt::Display for ProjectionReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let tenths = (self.bytes as f64 * 1000.0 / self.parent_bytes.max(1) as f64).round() as u64;
        writeln!(
            f,
            "{} of {} bytes ({}.{}%), {} of {} flags, {} of them with one answer",
            self.bytes,
            self.parent_bytes,
            tenths / 10,
            tenths % 10,
            self.flags,
            self.parent_flags,
            self.decided
        )?;
        for complaint in self.complaints() {
            writeln!(f, "{complaint}")?;
        }
        let mut what = "";
        for string in &self.strings {
            if string.what != what {
                what = string.what;
                write!(f, "\n{what}\n")?;
            }
            let text = printable(&string.text).to_string();
            writeln!(f, "  {text:<40} {}", printable(&string.path))?;
        }
        Ok(())
    }
}
