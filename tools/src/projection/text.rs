//! Prints the report on a projection.

use std::fmt;

use isoflag::printable;

use super::ProjectionReport;

impl fmt::Display for ProjectionReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let share = self.bytes as f64 * 100.0 / self.parent_bytes.max(1) as f64;
        writeln!(
            f,
            "{} of {} bytes ({share:.1}%), {} of {} flags, {} of them with one answer",
            self.bytes, self.parent_bytes, self.flags, self.parent_flags, self.decided
        )?;
        for refused in &self.refused {
            let (key, private) = (printable(&refused.key), printable(&refused.private));
            writeln!(f, "refused: `{key}`, since {} shows `{private}`", refused.place)?;
        }
        for private in &self.unused_private {
            writeln!(f, "no part of the document compares `{}`", printable(private))?;
        }
        let mut what = "";
        for string in &self.strings {
            if string.what != what {
                what = string.what;
                write!(f, "\n{what}\n")?;
            }
            writeln!(f, "  {:<40} {}", printable(&string.text), printable(&string.path))?;
        }
        Ok(())
    }
}
