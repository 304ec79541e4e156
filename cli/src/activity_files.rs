//! Reads activity files: one for all environments, or one for each.

use isoflag_tools::Activity;

use crate::clock::not_in_the_future;
use crate::input::Input;
use crate::labelled;
use crate::outcome::Failure;

/// Activity by the label of an environment; without a label it applies to all of them.
#[derive(Default)]
pub(crate) struct ActivityFiles {
    everywhere: Option<Activity>,
    labelled: Vec<(String, Activity)>,
}

impl ActivityFiles {
    /// Reads each file; `now` is in seconds since the epoch. Labels must be known.
    pub(crate) fn read(
        arguments: &[String],
        labels: &[&str],
        now: f64,
        input: &mut Input,
    ) -> Result<ActivityFiles, Failure> {
        let mut files = ActivityFiles::default();
        for argument in arguments {
            let (label, file) = labelled::split(argument);
            if let Some(label) = label.filter(|label| !labels.contains(label)) {
                return Err(Failure::message(format!(
                    "`{argument}`: no document has the label `{label}`"
                )));
            }
            let activity = read(file, now, input)?;
            match label {
                None => files.everywhere.get_or_insert_default().merge(&activity),
                Some(label) => files.of_label(label).merge(&activity),
            }
        }
        Ok(files)
    }

    fn of_label(&mut self, label: &str) -> &mut Activity {
        let index = self.labelled.iter().position(|(held, _)| held == label);
        let index = index.unwrap_or_else(|| {
            self.labelled.push((label.to_owned(), Activity::default()));
            self.labelled.len() - 1
        });
        match self.labelled.get_mut(index) {
            Some((_, activity)) => activity,
            None => self.everywhere.get_or_insert_default(),
        }
    }

    /// Returns the activity of an environment; `None` if there is no file for it.
    pub(crate) fn of(&self, label: &str) -> Option<Activity> {
        let own = self.labelled.iter().find(|(held, _)| held == label).map(|(_, own)| own);
        match (own, &self.everywhere) {
            (Some(own), Some(everywhere)) => {
                let mut all = own.clone();
                all.merge(everywhere);
                Some(all)
            }
            (own, everywhere) => own.or(everywhere.as_ref()).cloned(),
        }
    }
}

/// Reads one file; activity from a clock that is ahead of `now` is rejected.
pub(crate) fn read(file: &str, now: f64, input: &mut Input) -> Result<Activity, Failure> {
    let source = input.read(file)?;
    let activity = Activity::from_json(&source.bytes)
        .map_err(|error| Failure::message(format!("`{file}`: {error}")))?;
    if let Some((_, last_ms)) = activity.window_ms() {
        not_in_the_future(last_ms / 1000.0, now, &format!("`{file}`: last evaluation"))?;
    }
    Ok(activity)
}
