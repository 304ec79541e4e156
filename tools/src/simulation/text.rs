//! A simulation as text.

use std::fmt;

use isoflag::printable;

use super::{Simulation, share};
use crate::impact::{Names, Style, percent, printed_count};

impl fmt::Display for Simulation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let contexts = printed_count(self.contexts);
        let noun = if self.contexts == 1 { "context" } else { "contexts" };
        write!(f, "flag `{}`: {contexts} {noun}", printable(&self.key))?;
        if self.invalid > 0 {
            write!(f, "; {} invalid", printed_count(self.invalid))?;
        }
        writeln!(f)?;
        let names = Names::of(&self.variations, Style::Text);
        for (answer, count) in &self.answers {
            let (answer, share) = (names.get(*answer), share(*count, self.contexts));
            writeln!(f, "  {answer}: {} ({})", printed_count(*count), percent(share))?;
        }
        for rollout in &self.rollouts {
            let attribute = rollout.attribute.to_string();
            let (attribute, kind) = (printable(&attribute), printable(&rollout.kind));
            let contexts = printed_count(rollout.contexts);
            write!(
                f,
                "\n{}: by `{attribute}` of kind `{kind}`, {contexts} contexts",
                rollout.part
            )?;
            if rollout.not_hashed > 0 {
                let contexts = printed_count(rollout.not_hashed);
                write!(f, "; {contexts} without a value to hash, in bucket 0")?;
            }
            writeln!(f)?;
            for each in &rollout.shares {
                let expected = percent(f64::from(each.buckets) / 100_000.0);
                let count = printed_count(each.count);
                let share = percent(share(each.count, rollout.contexts));
                let answer = names.get(each.answer);
                writeln!(f, "  {answer}: weight {expected}, {count} contexts ({share})")?;
            }
            let (degrees, bound) = (rollout.degrees_of_freedom(), rollout.chi_square_bound());
            match rollout.chi_square() {
                None if degrees == 0 => {}
                None => writeln!(f, "  too few contexts to compare them with the weights")?,
                Some(value) => {
                    let (verdict, sign) = if value > bound {
                        ("does not fit the weights", ">")
                    } else {
                        ("fits the weights", "≤")
                    };
                    write!(f, "  {verdict}: chi-square {value:.2} {sign} {bound:.2}, ")?;
                    writeln!(f, "degrees of freedom: {degrees}")?;
                }
            }
        }
        Ok(())
    }
}
