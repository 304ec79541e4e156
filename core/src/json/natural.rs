//! Natural numbers of any size, for the few decisions that no fixed number of bits can make.

use std::cmp::Ordering;

/// Limbs of 32 bits, the lowest first, without leading zeros.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Natural(Vec<u32>);

impl From<u64> for Natural {
    fn from(number: u64) -> Natural {
        let mut limbs = vec![number as u32, (number >> 32) as u32];
        while limbs.pop_if(|top| *top == 0).is_some() {}
        Natural(limbs)
    }
}

impl PartialOrd for Natural {
    fn partial_cmp(&self, other: &Natural) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Natural {
    fn cmp(&self, other: &Natural) -> Ordering {
        let lengths = self.0.len().cmp(&other.0.len());
        lengths.then_with(|| self.0.iter().rev().cmp(other.0.iter().rev()))
    }
}

impl Natural {
    /// Multiplies, then adds.
    pub(super) fn multiply(&mut self, factor: u32, add: u32) {
        let mut carry = u64::from(add);
        for limb in &mut self.0 {
            let product = u64::from(*limb) * u64::from(factor) + carry;
            *limb = product as u32;
            carry = product >> 32;
        }
        if carry > 0 {
            self.0.push(carry as u32);
        }
    }

    pub(super) fn multiply_by_power_of_five(&mut self, power: u32) {
        // The highest power of five that 32 bits hold.
        const MOST: u32 = 13;
        for _ in 0..power / MOST {
            self.multiply(5_u32.pow(MOST), 0);
        }
        self.multiply(5_u32.pow(power % MOST), 0);
    }

    /// Multiplies by two to the power of `bits`.
    pub(super) fn shift(&mut self, bits: u32) {
        self.multiply(1 << (bits % 32), 0);
        if !self.0.is_empty() {
            let mut limbs = vec![0; (bits / 32) as usize];
            limbs.append(&mut self.0);
            self.0 = limbs;
        }
    }

    /// The decimal digits.
    pub(super) fn into_digits(mut self) -> Vec<u8> {
        let mut digits = Vec::new();
        while !self.0.is_empty() {
            // Nine digits at a time.
            let mut rest = 0;
            for limb in self.0.iter_mut().rev() {
                let dividend = rest << 32 | u64::from(*limb);
                *limb = (dividend / 1_000_000_000) as u32;
                rest = dividend % 1_000_000_000;
            }
            while self.0.pop_if(|top| *top == 0).is_some() {}
            for _ in 0..9 {
                digits.push(b'0' + (rest % 10) as u8);
                rest /= 10;
            }
        }
        while digits.pop_if(|top| *top == b'0').is_some() {}
        digits.reverse();
        digits
    }

    #[cfg(test)]
    pub(super) fn bits(&self) -> u32 {
        let top = self.0.last().map_or(32, |top| top.leading_zeros());
        self.0.len() as u32 * 32 - top
    }

    #[cfg(test)]
    pub(super) fn add(&mut self, number: u64) {
        let mut carry = u128::from(number);
        for limb in &mut self.0 {
            carry += u128::from(*limb);
            *limb = carry as u32;
            carry >>= 32;
        }
        while carry > 0 {
            self.0.push(carry as u32);
            carry >>= 32;
        }
    }
}
