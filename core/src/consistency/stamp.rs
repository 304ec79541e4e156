//! A flag's last-modified timestamp, in integer seconds since the epoch.

use std::fmt::Display;

use crate::diagnostic::{Code, Findings};
use crate::document::Section;
use crate::flags::Flags;
use crate::freshness::{LATEST_SECONDS, STAMP, stamp_of};
use crate::path::Path;

/// Returns the flag's own timestamp, else the document's; `None` if it is missing, invalid or in
/// the future.
pub(super) fn seconds(flags: &Flags, key: &str, now_ms: f64, findings: &Findings) -> Option<f64> {
    let ruleset = flags.ruleset();
    let flag = ruleset.written(Section::Flags, key);
    let own = flag.and_then(|flag| stamp_of(flag.as_object()?.get("lifecycle")?));
    let section = Path::Root.member(Section::Flags.name());
    let flag_path = section.member(key);
    let lifecycle = flag_path.member("lifecycle");
    let meta = Path::Root.member("meta");
    let (stamp, path) = match own {
        Some(stamp) => (Some(stamp), lifecycle.member(STAMP)),
        None => (ruleset.rest().get("meta").and_then(stamp_of), meta.member(STAMP)),
    };
    let refuse = |code: Code, message: &dyn Display| {
        findings.add(code, &path, message);
        None
    };
    let Some(stamp) = stamp else {
        let message = "the time of the last change is unknown; `isoflag stamp` writes it, and \
                       in AppConfig's flags the attribute `lastModifiedTimestamp` does";
        return refuse(Code::MissingStamp, &message);
    };
    match stamp.as_integer().map(|seconds| seconds as f64) {
        Some(seconds) if seconds > LATEST_SECONDS => refuse(
            Code::MillisecondStamp,
            &format_args!("{stamp} is not in seconds; divide by 1000"),
        ),
        Some(seconds) if seconds * 1000.0 > now_ms => refuse(
            Code::FutureStamp,
            &format_args!("{stamp} lies in the future; compare the clocks"),
        ),
        Some(seconds) if seconds >= 0.0 => Some(seconds),
        _ => {
            let message = format_args!("{stamp} is not a time in seconds since 1970");
            refuse(Code::InvalidStamp, &message)
        }
    }
}
