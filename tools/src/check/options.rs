//! The options of a check.

use std::fmt;

use isoflag::{Code, Diagnostic, Flags, Object, Value};

use super::NamePattern;
use crate::lifecycle::{environment, read_moment};

/// The options of a check.
///
/// An option that is not set is taken from the document's own `meta.check`, then from the defaults:
/// findings about conventions that were not requested are notes at most.
#[derive(Clone, Debug, Default)]
pub struct CheckOptions {
    /// The naming pattern; with it, another name is an error.
    pub names: Option<NamePattern>,
    /// Whether each flag needs an owner; if true, a missing owner is an error.
    pub owners: Option<bool>,
    /// The environment that the document is for, such as `prod`, else its `meta.environment`: outside
    /// development a feature must be off until its release time.
    pub environment: Option<String>,
    /// The moment of the check, in seconds since the epoch; without it, times are not checked.
    pub now: Option<f64>,
    /// The maximum number of flags of a team.
    pub max_flags_per_team: Option<u32>,
    /// The maximum age of a flag in days, from `lifecycle.createdTimestamp`.
    pub max_age_days: Option<f64>,
    /// The findings that are not reported, besides those that `meta.check` allows.
    pub allow: Vec<Code>,
}

impl CheckOptions {
    /// Parses `{names, owners, environment, now, maxFlagsPerTeam, maxAgeDays, allow}`; each member
    /// is optional.
    ///
    /// # Errors
    ///
    /// If a member has the wrong type or is unknown.
    pub fn read(value: &Value) -> Result<CheckOptions, CheckOptionsError> {
        let members = match value {
            Value::Null => return Ok(CheckOptions::default()),
            Value::Object(members) => members,
            other => return Err(CheckOptionsError::expected("", "an object", other)),
        };
        const KNOWN: [&str; 7] =
            ["names", "owners", "environment", "now", "maxFlagsPerTeam", "maxAgeDays", "allow"];
        if let Some((name, _)) = members.iter().find(|(name, _)| !KNOWN.contains(&&***name)) {
            let message = format!("there is no such option; there are `{}`", KNOWN.join("`, `"));
            return Err(CheckOptionsError { path: name.to_string(), message });
        }
        let names = member(members, "names", "a pattern of names", Value::as_str)?;
        let names = names.map(NamePattern::read).transpose().map_err(|error| {
            CheckOptionsError { path: "names".to_owned(), message: error.to_string() }
        })?;
        let count = |value: &Value| u32::try_from(value.as_integer()?).ok();
        let days = |value: &Value| value.as_number().filter(|days| *days >= 0.0);
        Ok(CheckOptions {
            names,
            owners: member(members, "owners", "a boolean", Value::as_bool)?,
            environment: member(members, "environment", "a name", Value::as_str)?
                .map(str::to_owned),
            now: member(members, "now", "a time in seconds", read_moment)?,
            max_flags_per_team: member(members, "maxFlagsPerTeam", "a number of flags", count)?,
            max_age_days: member(members, "maxAgeDays", "a number of days", days)?,
            allow: allowed(members)?,
        })
    }

    /// The options in the document's own `meta.check` and `meta.environment`.
    pub(super) fn of(flags: &Flags) -> Result<CheckOptions, CheckOptionsError> {
        let own = flags.meta().and_then(|meta| meta.get("check"));
        let own = own.map_or_else(|| Ok(CheckOptions::default()), CheckOptions::read)?;
        let environment = own.environment.clone().or_else(|| environment(flags));
        Ok(CheckOptions { environment, ..own })
    }

    /// Removes the findings that are not reported.
    pub(super) fn without_allowed(&self, mut found: Vec<Diagnostic>) -> Vec<Diagnostic> {
        let is_allowed = |code: &str| self.allow.iter().any(|allowed| allowed.as_str() == code);
        found.retain(|each| !is_allowed(each.code()));
        found
    }

    /// Returns these options, completed with those of `others`.
    pub(super) fn or(&self, others: CheckOptions) -> CheckOptions {
        CheckOptions {
            names: self.names.clone().or(others.names),
            owners: self.owners.or(others.owners),
            environment: self.environment.clone().or(others.environment),
            now: self.now.or(others.now),
            max_flags_per_team: self.max_flags_per_team.or(others.max_flags_per_team),
            max_age_days: self.max_age_days.or(others.max_age_days),
            allow: self.allow.iter().chain(&others.allow).copied().collect(),
        }
    }
}

fn allowed(members: &Object) -> Result<Vec<Code>, CheckOptionsError> {
    let codes = member(members, "allow", "an array of codes", Value::as_array)?;
    let mut allowed = Vec::new();
    for value in codes.unwrap_or_default() {
        let Some(code) = value.as_str().and_then(Code::named) else {
            let message =
                format!("there is no finding {value}; docs/diagnostics.md lists the codes");
            return Err(CheckOptionsError { path: "allow".to_owned(), message });
        };
        if !allowed.contains(&code) {
            allowed.push(code);
        }
    }
    Ok(allowed)
}

fn member<'v, T>(
    members: &'v Object,
    name: &str,
    expected: &str,
    read: impl FnOnce(&'v Value) -> Option<T>,
) -> Result<Option<T>, CheckOptionsError> {
    match members.get(name).filter(|value| !value.is_null()) {
        None => Ok(None),
        Some(value) => match read(value) {
            Some(read) => Ok(Some(read)),
            None => Err(CheckOptionsError::expected(name, expected, value)),
        },
    }
}

/// Invalid options of a check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckOptionsError {
    path: String,
    message: String,
}

impl CheckOptionsError {
    fn expected(path: &str, expected: &str, found: &Value) -> CheckOptionsError {
        let message = format!("expected {expected}, found {found}");
        CheckOptionsError { path: path.to_owned(), message }
    }

    /// The invalid option; empty for the options as a whole.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }
}

impl fmt::Display for CheckOptionsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.path.is_empty() {
            write!(f, "`{}`: ", self.path)?;
        }
        f.write_str(&self.message)
    }
}

impl std::error::Error for CheckOptionsError {}
