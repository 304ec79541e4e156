//! A flag's last-modified timestamp, in integer seconds since the epoch.

use crate::diagnostic::{self, Code, Diagnostic};
use crate::document::Section;
use crate::flags::Flags;
use crate::freshness::{LATEST_SECONDS, STAMP, stamp_of};
use crate::json::{Path, Value};

/// Why the age of a change is unknown. It becomes a diagnostic on request, so that `core.wasm` does
/// not contain those.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Problem {
    pub(super) code: Code,
    pub(super) subject: Subject,
    pub(super) message: String,
}

/// The subject of a problem.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Subject {
    /// The parameters of the gate.
    Gate,
    /// The timestamp of the document.
    Document,
    /// The timestamp of the flag with this key.
    Flag(String),
}

impl Problem {
    fn at<R>(&self, read: impl FnOnce(&Path<'_>) -> R) -> R {
        let root = Path::Root;
        match &self.subject {
            Subject::Gate => read(&root),
            Subject::Document => read(&root.member("meta").member(STAMP)),
            Subject::Flag(key) => read(
                &root.member(Section::Flags.name()).member(key).member("lifecycle").member(STAMP),
            ),
        }
    }

    pub(super) fn to_value(&self) -> Value {
        let severity = self.code.severity();
        self.at(|path| diagnostic::value(severity, self.code, path.text(), &self.message))
    }

    pub(super) fn to_diagnostic(&self) -> Diagnostic {
        self.at(|path| Diagnostic::new(self.code, path, &*self.message))
    }
}

/// Returns the flag's own timestamp, else the document's.
///
/// # Errors
///
/// If it is missing, invalid or in the future.
pub(super) fn seconds(flags: &Flags, key: &str, now_ms: f64) -> Result<f64, Problem> {
    let flag = flags.source(Section::Flags, key);
    let own = flag.and_then(|flag| stamp_of(flag.as_object()?.get("lifecycle")?));
    let (stamp, subject) = match own {
        Some(stamp) => (Some(stamp), Subject::Flag(key.to_owned())),
        None => (flags.other_members().get("meta").and_then(stamp_of), Subject::Document),
    };
    let Some(stamp) = stamp else {
        let message = "the time of the last change is unknown; `isoflag stamp` writes it, and \
                       in AppConfig's flags the attribute `lastModifiedTimestamp` does";
        return Err(Problem { code: Code::MISSING_STAMP, subject, message: message.to_owned() });
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
    let message = [&stamp.to_canonical_json(), problem].concat();
    Err(Problem { code, subject, message })
}
