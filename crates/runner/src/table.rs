//! Tables, for a terminal and for a job summary.

use std::fmt;

use lockstep_files::markdown::shown;

/// Rows of cells under a head.
#[derive(Debug, Clone)]
pub struct Table {
    rows: Vec<Vec<String>>,
    numbers: &'static [usize],
}

impl Table {
    /// A table without rows.
    #[must_use]
    pub fn new(head: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self { rows: vec![head.into_iter().map(Into::into).collect()], numbers: &[] }
    }

    /// The same, with columns of numbers, which stand under each other from the right.
    #[must_use]
    pub fn with_numbers(mut self, columns: &'static [usize]) -> Self {
        self.numbers = columns;
        self
    }

    /// Adds a row.
    pub fn row(&mut self, cells: impl IntoIterator<Item = impl Into<String>>) {
        self.rows.push(cells.into_iter().map(Into::into).collect());
    }

    /// The table in Markdown.
    #[must_use]
    pub fn markdown(&self) -> String {
        let columns = self.rows.first().map_or(0, Vec::len);
        let rule = |column| if self.numbers.contains(&column) { "--:" } else { "---" };
        let rules: Vec<&str> = (0..columns).map(rule).collect();
        let line = |row: &Vec<String>| {
            let cells: Vec<String> = row.iter().map(|cell| shown(cell)).collect();
            format!("| {} |\n", cells.join(" | "))
        };
        let mut lines = self.rows.iter().map(line);
        let head = lines.next().unwrap_or_default();
        format!("{head}| {} |\n{}", rules.join(" | "), lines.collect::<String>())
    }
}

/// Columns as wide as they must be, a line a row.
impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let columns = self.rows.iter().map(Vec::len).max().unwrap_or_default();
        let width = |column: usize| {
            let cells = self.rows.iter().filter_map(|row| row.get(column));
            cells.map(|cell| cell.chars().count()).max().unwrap_or_default()
        };
        let widths: Vec<usize> = (0..columns).map(width).collect();
        for row in &self.rows {
            let cells = row.iter().zip(&widths).enumerate().map(|(column, (cell, width))| {
                if self.numbers.contains(&column) {
                    format!("{cell:>width$}")
                } else {
                    format!("{cell:<width$}")
                }
            });
            writeln!(f, "{}", cells.collect::<Vec<_>>().join("  ").trim_end())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> Table {
        let mut table = Table::new(["file", "bytes"]).with_numbers(&[1]);
        table.row(["a|b", "5"]);
        table.row(["ünï", "12345"]);
        table
    }

    #[test]
    fn columns_stand_under_each_other() {
        assert_eq!(table().to_string(), "file  bytes\na|b       5\nünï   12345\n");
    }

    #[test]
    fn markdown_shows_a_cell_as_it_is() {
        let expected = "| file | bytes |\n| --- | --: |\n| a\\|b | 5 |\n| ünï | 12345 |\n";
        assert_eq!(table().markdown(), expected);
    }
}
