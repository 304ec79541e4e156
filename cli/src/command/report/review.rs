//! The documents of all environments with the evidence about their flags, and the review of both.

use std::collections::BTreeMap;
use std::sync::Arc;

use clap::Args;
use isoflag_tools::{
    DatedDocument, JointRetirement, RetirementInputs, Review, ReviewDocument, ReviewPeriod,
    joint_retirements, retirements,
};

use crate::arguments::Container;
use crate::call_sites::{self, CallSites};
use crate::clock::{NowArgument, WEEK, moment_argument, not_in_the_future, weeks};
use crate::command::Format;
use crate::console::Console;
use crate::input::Input;
use crate::labelled::{self, ActivityFiles, DatedFile, LabelledDocument};
use crate::outcome::{Failure, Outcome};
use crate::replacement::replace;
use crate::review_page;

/// The documents and their evidence, as `inventory` and `retire` take them.
#[derive(Args)]
pub(super) struct ReviewArguments {
    /// Flag documents: `LABEL=FILE`, or a file, labelled with its `meta.environment`
    #[arg(required = true, value_name = "[LABEL=]FILE")]
    documents: Vec<String>,

    /// Recorded evaluations, for the document with that label or for all; repeatable
    #[arg(long, value_name = "[LABEL=]FILE")]
    activity: Vec<String>,

    /// Print the review of the time since a date (or seconds since 1970), as Markdown
    #[arg(long, value_name = "DATE", value_parser = moment_argument)]
    since: Option<f64>,

    /// Weeks for which a flag must be constant, stable and unused; the review lists the flags that
    /// are due within that time
    #[arg(long, value_name = "WEEKS", default_value_t = 4.0, value_parser = weeks)]
    pub(super) weeks: f64,

    /// Document that was current from that time on (a date, or seconds since 1970), or a folder of
    /// them; without a time, its own timestamp or its file name counts. If there are several
    /// documents, begin with the label of one
    #[arg(long, value_name = "[LABEL=][TIME=]FILE")]
    history: Vec<String>,

    /// Folder of code to search for the keys
    #[arg(long, value_name = "FOLDER")]
    code: Vec<String>,

    #[command(flatten)]
    now: NowArgument,
    #[command(flatten)]
    container: Container,
    #[command(flatten)]
    pub(super) format: Format,
}

/// The documents, and the evidence about their flags.
pub(super) struct Evidence {
    pub(super) now: f64,
    pub(super) documents: Vec<LabelledDocument>,
    pub(super) activity: ActivityFiles,
    pub(super) sites: Option<CallSites>,
    histories: Vec<Vec<DatedFile>>,
}

impl ReviewArguments {
    pub(super) fn read(&self, input: &mut Input) -> Result<Evidence, Failure> {
        let now = self.now.seconds()?;
        if let Some(since) = self.since {
            not_in_the_future(since, now, "`--since`")?;
        }
        let documents = labelled::documents(&self.documents, self.container, input)?;
        let labels: Vec<&str> = documents.iter().map(|document| &*document.label).collect();
        let histories =
            labelled::read_histories(&self.history, &labels, self.container, now, input)?;
        let activity = ActivityFiles::read(&self.activity, &labels, now, input)?;
        let mut keys: Vec<&str> = documents.iter().flat_map(|each| each.flags.keys()).collect();
        keys.sort_unstable();
        keys.dedup();
        let sites = match self.code.is_empty() {
            true => None,
            false => Some(call_sites::find(&keys, &self.code)?),
        };
        Ok(Evidence { now, documents, activity, sites, histories })
    }

    /// Prints the review, or writes it to a page, if a date for it was given.
    pub(super) fn print_review(
        &self,
        evidence: &Evidence,
        html: Option<&str>,
        console: &mut Console,
    ) -> Result<Option<Outcome>, Failure> {
        let Some(since) = self.since else { return Ok(None) };
        let until = evidence.now + self.weeks * WEEK;
        let review = evidence.review(&ReviewPeriod { since, now: evidence.now, until }, self.weeks);
        match html {
            Some("-") => console.source(&review_page::page(&review)?)?,
            Some(file) => replace(file, review_page::page(&review)?.as_bytes())?,
            None if self.format.json => {}
            None => console.lines(review_page::markdown(&review))?,
        }
        if self.format.json && html != Some("-") {
            console.line(review.to_value())?;
        }
        Ok(Some(Outcome::Fine))
    }
}

impl Evidence {
    /// The verdict about each flag, by key.
    pub(super) fn retirements(&self, weeks: f64) -> Vec<JointRetirement> {
        let sites = self.sites.as_ref().map(|sites| {
            let count = |(key, sites): (&String, &Vec<String>)| (Arc::from(&**key), sites.len());
            sites.iter().map(count).collect::<BTreeMap<Arc<str>, usize>>()
        });
        let found = self.documents.iter().zip(self.dated()).map(|(document, history)| {
            let activity = self.activity.of(&document.label);
            let inputs = RetirementInputs {
                now: self.now,
                weeks,
                history: &history,
                activity: activity.as_ref(),
                call_sites: sites.as_ref(),
            };
            (Arc::from(&*document.label), retirements(&document.flags, &inputs))
        });
        joint_retirements(found.collect())
    }

    fn review(&self, period: &ReviewPeriod, weeks: f64) -> Review {
        let histories: Vec<_> = self.dated().collect();
        let documents = self.documents.iter().zip(&histories).map(|(document, history)| {
            ReviewDocument { label: &document.label, flags: &document.flags, history }
        });
        Review::of(&documents.collect::<Vec<_>>(), period, self.retirements(weeks))
    }

    /// The earlier documents of each document.
    fn dated(&self) -> impl Iterator<Item = Vec<DatedDocument<'_>>> {
        self.histories.iter().map(|files| {
            files.iter().map(|file| DatedDocument { from: file.from, flags: &file.flags }).collect()
        })
    }
}
