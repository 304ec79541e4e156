//! A flag's last-modified timestamp, in integer seconds since the epoch.

use crate::diagnostic::{Code, Diagnostic};
use crate::document::Section;
use crate::flags::Flags;
use crate::freshness::{LATEST_SECONDS, STAMP, stamp_of};
use crate::json::Path;

/// Returns the flag's own timestamp, else the document's.
///
/// # Errors
///
/// If it is missing, invalid or in the future.
pub(super) fn seconds(flags: &Flags, key: &str, now_ms: f64) -> Result<f64, Diagnostic> {
    let flag = flags.source(Section::Flags, key);
    let own = flag.and_then(|flag| stamp_of(flag.as_object()?.get("lifecycle")?));
    let section = Path::Root.member(Section::Flags.name());
    let flag_path = section.member(key);
    let lifecycle = flag_path.member("lifecycle");
    let meta = Path::Root.member("meta");
    let (stamp, path) = match own {
        Some(stamp) => (Some(stamp), lifecycle.member(STAMP)),
        None => (flags.other_members().get("meta").and_then(stamp_of), meta.member(STAMP)),
    };
    let Some(stamp) = stamp else {
        let message = "the time of the last change is unknown; `isoflag stamp` writes it, and \
                       in AppConfig's flags the attribute `lastModifiedTimestamp` does";
        return Err(Diagnostic::new(Code::MISSING_STAMP, &path, message));
    };
    let (code, problem) = match stamp.as_integer().map(|seconds| seconds as f64) {
        Some(seconds) if seconds > LATEST_SECONDS => {
            (Code::MILLISECOND_STAMP, " is not in seconds; divide by 1000")
        }
        Some(seconds) if seconds * 1000.0 > now_ms => {
            (Code::FUTURE_STAMP, " lies in the future; compare the clocks")
        }
        Some(seconds) if seconds >= 0.0 => return Ok(seconds),
        _ => (Code::INVALID_STAMP, " is not a time in seconds since 1970"),
    };
    Err(Diagnostic::new(code, &path, [&stamp.to_canonical_json(), problem].concat()))
}
