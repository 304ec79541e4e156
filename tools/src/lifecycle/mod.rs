//! A flag's `lifecycle`: its owner, the status of its feature, its "on" variation, and the times of
//! changes. It does not affect answers.
mod artifact;
mod change;
mod error;
mod kind;
mod moment;
mod on_variation;
mod stamp;
mod status;

use std::collections::BTreeSet;
use std::sync::Arc;

use isoflag::model::Section;
use isoflag::{Flags, Object, Value};

pub use artifact::{Artifact, artifacts};
pub use change::{LifecycleChange, followed_changes, status_change, with_changes, with_status};
pub use error::LifecycleError;
pub use kind::FlagKind;
pub(crate) use moment::moment_value;
pub use moment::{MomentError, moment_of_seconds, read_moment};
pub use stamp::{stamped, stamped_changes};
pub use status::{Status, TransitionError};

pub(crate) use artifact::{CERTIFIED, DEPLOYED, check_deployable};
pub(crate) use change::{raised, with_next_version};
pub(crate) use stamp::marked_changes;
pub(crate) use status::same_name;

/// The known members of a flag's `lifecycle`. A member that is absent, `null` or invalid is `None`;
/// [`Lifecycle::member`] returns its source.
#[derive(Clone, Debug, Default)]
pub struct Lifecycle {
    /// `owner`: the team that owns the flag.
    pub owner: Option<Arc<str>>,
    /// `stakeholder`: who requested the feature.
    pub stakeholder: Option<Arc<str>>,
    /// `kind`: what the flag is for.
    pub kind: Option<FlagKind>,
    /// `status`.
    pub status: Option<Status>,
    /// `onVariation`: the index of the variation that means "on".
    pub on_variation: Option<u32>,
    /// `modules`: the services whose artifacts contain the feature; empty if the system has one
    /// artifact.
    pub modules: BTreeSet<Arc<str>>,
    /// `createdTimestamp`, else `created`, in seconds since the epoch like all times here.
    pub created: Option<f64>,
    /// `lastModifiedTimestamp`.
    pub last_modified: Option<f64>,
    /// `statusTimestamp`: when the status last changed.
    pub status_since: Option<f64>,
    /// `releaseTimestamp`: outside development the flag must be off until then.
    pub release: Option<f64>,
    /// `deployedTimestamp`: when the feature was deployed; `None` while no deployed artifact contains
    /// it, or one of its modules is deployed without it.
    pub deployed: Option<f64>,
    /// `cleanupTimestamp`, else `cleanup`: when the flag should be removed.
    pub cleanup: Option<f64>,
    members: Object,
}

impl Lifecycle {
    /// The members that contain a time, as [`read_moment`] parses it.
    pub const MOMENTS: [&str; 9] = [
        "created",
        "cleanup",
        "createdTimestamp",
        "lastModifiedTimestamp",
        "statusTimestamp",
        "releaseTimestamp",
        "stagedTimestamp",
        "deployedTimestamp",
        "cleanupTimestamp",
    ];

    /// Parses the value of `lifecycle`.
    #[must_use]
    pub fn read(value: &Value) -> Lifecycle {
        let members = value.as_object().cloned().unwrap_or_default();
        let text = |name| match members.get(name) {
            Some(Value::String(text)) if !text.trim().is_empty() => Some(Arc::clone(text)),
            _ => None,
        };
        let moment = |name| members.get(name).and_then(read_moment);
        let index = members.get("onVariation").and_then(Value::as_integer);
        Lifecycle {
            owner: text("owner"),
            stakeholder: text("stakeholder"),
            kind: text("kind").and_then(|kind| FlagKind::named(&kind)),
            status: text("status").and_then(|status| Status::named(&status)),
            on_variation: index.and_then(|index| u32::try_from(index).ok()),
            modules: members.get("modules").map(artifact::modules).unwrap_or_default(),
            created: moment("createdTimestamp").or_else(|| moment("created")),
            last_modified: moment("lastModifiedTimestamp"),
            status_since: moment("statusTimestamp"),
            release: moment("releaseTimestamp"),
            deployed: moment("deployedTimestamp"),
            cleanup: moment("cleanupTimestamp").or_else(|| moment("cleanup")),
            members,
        }
    }

    /// Whether the flag is of a kind that is meant to be kept.
    #[must_use]
    pub fn is_long_lived(&self) -> bool {
        self.kind.is_some_and(FlagKind::is_long_lived)
    }

    /// Returns any member unchanged; `None` if it is `null`.
    #[must_use]
    pub fn member(&self, name: &str) -> Option<&Value> {
        self.members.get(name).filter(|value| !value.is_null())
    }
}

/// Returns the flag's `lifecycle`; `None` if there is no such flag.
#[must_use]
pub fn lifecycle(flags: &Flags, key: &str) -> Option<Lifecycle> {
    let slot = flags.handle(key)?;
    let source = flags.source(Section::Flags, flags.model().flag_key(slot.index()));
    let lifecycle = source.and_then(|flag| flag.as_object()?.get("lifecycle"));
    Some(lifecycle.map(Lifecycle::read).unwrap_or_default())
}

/// `meta.environment`: the environment that the document is for.
#[must_use]
pub fn environment(flags: &Flags) -> Option<String> {
    flags.meta()?.get("environment").and_then(Value::as_str).map(str::to_owned)
}

/// When the document was last changed: `meta.lastModifiedTimestamp`.
pub(crate) fn document_changed(flags: &Flags) -> Option<f64> {
    read_moment(flags.meta()?.get("lastModifiedTimestamp")?)
}

/// The team in `lifecycle.owner`, else the one in a key of the form
/// `stakeholder.team.id`.
#[must_use]
pub fn owner(flags: &Flags, key: &str) -> Option<Arc<str>> {
    let declared = lifecycle(flags, key)?.owner;
    declared.or_else(|| key_parts(key).map(|[_, team, _]| Arc::from(team)))
}

/// Who requested the feature: `lifecycle.stakeholder`, else the one in a key of the form
/// `stakeholder.team.id`.
#[must_use]
pub fn stakeholder(flags: &Flags, key: &str) -> Option<Arc<str>> {
    let declared = lifecycle(flags, key)?.stakeholder;
    let named = || key_parts(key).map(|[stakeholder, ..]| stakeholder);
    declared.or_else(|| named().filter(|name| !name.is_empty()).map(Arc::from))
}

/// The parts of a key of the form `stakeholder.team.id`.
fn key_parts(key: &str) -> Option<[&str; 3]> {
    let mut parts = key.split('.');
    let named = [parts.next()?, parts.next()?, parts.next()?];
    let [_, team, id] = named;
    (parts.next().is_none() && !team.is_empty() && !id.is_empty()).then_some(named)
}

/// Returns the index of the "on" variation: `lifecycle.onVariation`; else, of at most two
/// variations, `true` or the one that is not served while the flag is off; else the one that
/// the fallthrough serves most, the first of several.
///
/// `None` if there is no such flag, or the "on" variation is unknown.
#[must_use]
pub fn on_variation(flags: &Flags, key: &str) -> Option<u32> {
    let slot = flags.handle(key)?;
    on_variation::of(flags, key, flags.model().flag(slot.index())?)
}

/// Like [`on_variation`], but independent of the shares that a fallthrough serves.
pub(crate) fn steady_on_variation(flags: &Flags, key: &str) -> Option<u32> {
    let slot = flags.handle(key)?;
    on_variation::steady(flags, key, flags.model().flag(slot.index())?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn invalid_members_are_absent() {
        let read = |text: &str| Lifecycle::read(&Value::parse(text.as_bytes()).unwrap());
        let full = read(
            r#"{"owner": "payments", "stakeholder": "sales", "status": "Done", "onVariation": 2,
                "createdTimestamp": 1000, "releaseTimestamp": "1970-01-02", "plan": [1]}"#,
        );
        assert_eq!(full.owner.as_deref(), Some("payments"));
        assert_eq!(full.stakeholder.as_deref(), Some("sales"));
        assert_eq!(full.status, Some(Status::Done));
        assert_eq!(full.on_variation, Some(2));
        assert_eq!((full.created, full.release), (Some(1000.0), Some(86_400.0)));
        assert!(full.member("plan").is_some() && full.member("other").is_none());
        for text in [
            "null",
            "[]",
            "{}",
            r#"{"owner": 1, "status": "?", "onVariation": -1, "createdTimestamp": "soon"}"#,
            r#"{"owner": " ", "status": null, "onVariation": 0.5, "createdTimestamp": 1.5}"#,
        ] {
            let none = read(text);
            assert!(none.owner.is_none() && none.status.is_none(), "{text}");
            assert!(none.on_variation.is_none() && none.created.is_none(), "{text}");
        }
    }

    #[test]
    fn an_owner_and_a_stakeholder_are_also_taken_from_the_key() {
        let flags = Flags::from_json(
            br#"{"flags": {"DeptA.TeamB.66623": {}, "a.b": {}, "a.b.c.d": {}, "x":
                {"lifecycle": {"owner": "payments"}}}}"#,
        )
        .unwrap();
        assert_eq!(owner(&flags, "DeptA.TeamB.66623").as_deref(), Some("TeamB"));
        assert_eq!(stakeholder(&flags, "DeptA.TeamB.66623").as_deref(), Some("DeptA"));
        assert_eq!(stakeholder(&flags, "a.b"), None);
        assert_eq!(owner(&flags, "x").as_deref(), Some("payments"));
        assert_eq!(
            [owner(&flags, "a.b"), owner(&flags, "a.b.c.d"), owner(&flags, "?")],
            [const { None }; 3]
        );
    }
}
