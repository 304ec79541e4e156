//! Enters every target with the kept inputs and the vectors of the conformance suite.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::panic::catch_unwind;

use isoflag_fuzz::{Bound, Cost, Target, corpus, measured, mutated};

// One test, since the allocator counts the memory of all threads.
#[test]
fn every_input_holds_its_properties_and_bounds() {
    let samples: Vec<_> = corpus::kept().into_iter().chain(corpus::vectors()).collect();
    assert_eq!(corpus::missing(&samples), Vec::<&str>::new());
    let mut failed = Vec::new();
    for sample in &samples {
        let target = Target::named(&sample.target).unwrap();
        if catch_unwind(|| target.run(&sample.bytes)).is_err() {
            let line = corpus::line(&sample.target, &sample.bytes);
            eprintln!("fails: {line}");
            failed.push(line);
        }
    }
    assert!(failed.is_empty(), "{} inputs fail", failed.len());

    // Mutations keep the inputs valid, and hold the properties too.
    let documents = samples.iter().filter(|sample| sample.target == "patch").take(50);
    let mut different = 0;
    for (seed, sample) in (0_u32..).zip(documents) {
        let Some(new) = mutated(&sample.bytes, seed) else { continue };
        different += usize::from(new != sample.bytes);
        Target::named("patch").unwrap().run(&new);
    }
    assert!(different > 20, "{different}");

    // The peak is that of the call alone.
    let (kept, cost) = measured(|| drop(vec![0_u8; 4 << 20]));
    let () = kept;
    assert!((4 << 20..5 << 20).contains(&cost.memory), "{}", cost.memory);
    let bound = Bound { memory: 10, blocks: 10 };
    assert!(bound.excess(cost, 1 << 20).is_none());
    assert!(bound.excess(cost, 1 << 10).is_some());
    assert!(bound.excess(Cost { memory: 0, blocks: 1 << 30 }, 1 << 10).is_some());
}
