//! Boolean functions as binary decision diagrams
//! ([Bryant 1986](https://www.cs.cmu.edu/~bryant/pubdir/ieeetc86.pdf)): equal functions are one node, so that
//! whether something can happen is a comparison with [`FALSE`].
//!
//! Written here and not taken from a library: a proof is part of every `lockstep check`, which takes some
//! milliseconds, and wants the shortest way to a counterexample.

use std::collections::HashMap;

use foldhash::fast::FixedState;

/// A function; a node of its [`Table`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Bdd(u32);

/// What never holds.
pub const FALSE: Bdd = Bdd(0);
/// What always holds.
pub const TRUE: Bdd = Bdd(1);

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Node {
    variable: u64,
    low: Bdd,
    high: Bdd,
}

/// All functions of some variables.
#[derive(Debug)]
pub struct Table {
    nodes: Vec<Node>,
    known: HashMap<Node, Bdd, FixedState>,
    chosen: HashMap<(Bdd, Bdd, Bdd), Bdd, FixedState>,
}

impl Default for Table {
    fn default() -> Self {
        let end = Node { variable: u64::MAX, low: FALSE, high: FALSE };
        Self { nodes: vec![end, end], known: HashMap::default(), chosen: HashMap::default() }
    }
}

impl Table {
    /// A variable. In every function those with a lower number come first; functions are small where variables that
    /// belong together stand together.
    pub fn variable(&mut self, variable: u64) -> Bdd {
        self.node(Node { variable, low: FALSE, high: TRUE })
    }

    fn node(&mut self, node: Node) -> Bdd {
        if node.low == node.high {
            return node.low;
        }
        if let Some(known) = self.known.get(&node) {
            return *known;
        }
        #[expect(clippy::expect_used, reason = "a graph of that size ends in memory before")]
        let new = Bdd(u32::try_from(self.nodes.len()).expect("fewer nodes than 2^32"));
        self.nodes.push(node);
        self.known.insert(node, new);
        new
    }

    fn at(&self, bdd: Bdd) -> Node {
        self.nodes[bdd.0 as usize]
    }

    /// `then` where `when` holds, else `other`.
    pub fn choose(&mut self, when: Bdd, then: Bdd, other: Bdd) -> Bdd {
        match (when, then, other) {
            (TRUE, _, _) => return then,
            (FALSE, _, _) => return other,
            (_, TRUE, FALSE) => return when,
            _ if then == other => return then,
            _ => {}
        }
        let key = (when, then, other);
        if let Some(known) = self.chosen.get(&key) {
            return *known;
        }
        let parts = [when, then, other].map(|bdd| (bdd, self.at(bdd)));
        let variable = parts.iter().map(|(_, node)| node.variable).min().unwrap_or(u64::MAX);
        let half = |high: bool| {
            parts.map(|(bdd, node)| match (node.variable == variable, high) {
                (false, _) => bdd,
                (true, false) => node.low,
                (true, true) => node.high,
            })
        };
        let [when, then, other] = half(false);
        let low = self.choose(when, then, other);
        let [when, then, other] = half(true);
        let high = self.choose(when, then, other);
        let chosen = self.node(Node { variable, low, high });
        self.chosen.insert(key, chosen);
        chosen
    }

    /// Both.
    pub fn and(&mut self, a: Bdd, b: Bdd) -> Bdd {
        // One order for both, so that the cache knows them as one.
        let (a, b) = if a < b { (a, b) } else { (b, a) };
        self.choose(a, b, FALSE)
    }

    /// One of them.
    pub fn or(&mut self, a: Bdd, b: Bdd) -> Bdd {
        let (a, b) = if a < b { (a, b) } else { (b, a) };
        self.choose(a, TRUE, b)
    }

    /// Not this.
    pub fn not(&mut self, a: Bdd) -> Bdd {
        self.choose(a, FALSE, TRUE)
    }

    /// All of them.
    pub fn all(&mut self, all: impl IntoIterator<Item = Bdd>) -> Bdd {
        all.into_iter().fold(TRUE, |whole, one| self.and(whole, one))
    }

    /// One of them.
    pub fn any(&mut self, any: impl IntoIterator<Item = Bdd>) -> Bdd {
        any.into_iter().fold(FALSE, |whole, one| self.or(whole, one))
    }

    /// The function where some variables have a value.
    pub fn restricted(&mut self, bdd: Bdd, values: &HashMap<u64, bool>) -> Bdd {
        let mut done = HashMap::new();
        self.restrict(bdd, values, &mut done)
    }

    fn restrict(
        &mut self,
        bdd: Bdd,
        values: &HashMap<u64, bool>,
        done: &mut HashMap<Bdd, Bdd>,
    ) -> Bdd {
        if bdd == FALSE || bdd == TRUE {
            return bdd;
        }
        if let Some(done) = done.get(&bdd) {
            return *done;
        }
        let Node { variable, low, high } = self.at(bdd);
        let restricted = match values.get(&variable) {
            Some(true) => self.restrict(high, values, done),
            Some(false) => self.restrict(low, values, done),
            None => {
                let low = self.restrict(low, values, done);
                let high = self.restrict(high, values, done);
                self.node(Node { variable, low, high })
            }
        };
        done.insert(bdd, restricted);
        restricted
    }

    /// The variables that must be true for a function to hold, as few as can be; all others are false. Nothing
    /// where it never holds.
    #[must_use]
    pub fn fewest(&self, bdd: Bdd) -> Option<Vec<u64>> {
        let mut costs: HashMap<Bdd, Option<usize>> = HashMap::new();
        self.cost(bdd, &mut costs)?;
        let mut at = bdd;
        let mut true_ones = Vec::new();
        while at != TRUE {
            let node = self.at(at);
            let [low, high] = [node.low, node.high].map(|next| costs.get(&next).copied().flatten());
            at = match (low, high) {
                (Some(low), Some(high)) if low <= high + 1 => node.low,
                (Some(_), None) => node.low,
                (None | Some(_), Some(_)) => {
                    true_ones.push(node.variable);
                    node.high
                }
                (None, None) => return None,
            };
        }
        Some(true_ones)
    }

    fn cost(&self, bdd: Bdd, costs: &mut HashMap<Bdd, Option<usize>>) -> Option<usize> {
        if let Some(cost) = costs.get(&bdd) {
            return *cost;
        }
        let cost = match bdd {
            FALSE => None,
            TRUE => Some(0),
            _ => {
                let node = self.at(bdd);
                let low = self.cost(node.low, costs);
                let high = self.cost(node.high, costs).map(|cost| cost + 1);
                match (low, high) {
                    (Some(low), Some(high)) => Some(low.min(high)),
                    (low, high) => low.or(high),
                }
            }
        };
        costs.insert(bdd, cost);
        cost
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Bdd, FALSE, TRUE, Table};

    /// A formula over four variables, by a number for each of its steps.
    fn function(table: &mut Table, variables: &[Bdd], steps: &[(u8, u8, u8)]) -> (Bdd, Vec<bool>) {
        let values = |at: usize| -> Vec<bool> { (0..16).map(|row| row >> at & 1 == 1).collect() };
        let mut all: Vec<(Bdd, Vec<bool>)> =
            variables.iter().enumerate().map(|(at, bdd)| (*bdd, values(at))).collect();
        for (what, a, b) in steps {
            let [(a, x), (b, y)] = [a, b].map(|at| all[usize::from(*at) % all.len()].clone());
            let (bdd, of): (Bdd, fn(bool, bool) -> bool) = match what % 3 {
                0 => (table.and(a, b), |x, y| x && y),
                1 => (table.or(a, b), |x, y| x || y),
                _ => (table.not(a), |x, _| !x),
            };
            all.push((bdd, x.iter().zip(&y).map(|(x, y)| of(*x, *y)).collect()));
        }
        all.pop().unwrap()
    }

    proptest! {
        /// A function is what its truth table says, and its fewest true variables are the fewest.
        #[test]
        fn truth_tables(steps in prop::collection::vec(any::<(u8, u8, u8)>(), 1..30)) {
            let mut table = Table::default();
            let variables: Vec<Bdd> = (0..4).map(|at| table.variable(at)).collect();
            let (bdd, values) = function(&mut table, &variables, &steps);
            for (row, value) in values.iter().enumerate() {
                let assigned = (0..4).map(|at| (at, row >> at & 1 == 1)).collect();
                let found = table.restricted(bdd, &assigned);
                prop_assert_eq!(found, if *value { TRUE } else { FALSE });
            }
            let fewest = (0..16usize).filter(|row| values[*row]).map(usize::count_ones).min();
            let found = table.fewest(bdd);
            prop_assert_eq!(found.as_ref().map(Vec::len), fewest.map(|count| count as usize));
            if let Some(true_ones) = found {
                prop_assert!(values[true_ones.iter().map(|at| 1 << at).sum::<usize>()]);
            }
        }
    }
}
