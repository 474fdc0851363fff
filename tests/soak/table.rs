//! The figures of all caches, side by side.

use std::ffi::CStr;

use momo::ffi::momo_status_name;

use super::figures::Figures;
use super::run::LIFETIME;
use super::workers::Settled;

/// What a row says of one cache, or of all together.
type Cell<'a> = dyn Fn(&[&Figures]) -> String + 'a;

struct Table<'a> {
    /// Each cache by itself, then all of them.
    columns: Vec<Vec<&'a Figures>>,
}

impl Table<'_> {
    fn row(&self, name: &str, cell: &Cell) {
        self.cells(name, self.columns.iter().map(|figures| cell(figures)));
    }

    fn cells(&self, name: &str, cells: impl IntoIterator<Item = String>) {
        let cells = cells.into_iter().map(|cell| format!("{cell:>13}"));
        println!("{name:<44}{}", cells.collect::<String>());
    }

    fn sum(&self, name: &str, number: impl Fn(&Figures) -> i64) {
        self.row(name, &|figures| {
            figures.iter().map(|f| number(f)).sum::<i64>().to_string()
        });
    }

    fn longest(&self, name: &str, count: &str) {
        self.row(name, &|figures| {
            let longest = figures.iter().map(|f| f.longest_ms(count)).max();
            longest.unwrap_or_default().to_string()
        });
    }

    /// The most that a process had at first, and at the end.
    fn settled(&self, name: &str, of: impl Fn(&Settled) -> i64) {
        self.row(name, &|figures| {
            let settled = figures.iter().map(|f| f.settled(&of));
            let (first, last) = settled.max().unwrap_or_default();
            format!("{first} {last}")
        });
    }

    /// Requests of momo_get_token in the time that one token lives.
    fn per_lifetime(&self, name: &str, clients: impl Fn(&Figures) -> usize) {
        self.row(name, &|figures| {
            let per_lifetime = |f: &&Figures| {
                let lifetimes = f.time.div_duration_f64(LIFETIME);
                f.requests.of_get_token as f64 / lifetimes / clients(f) as f64
            };
            let sum: f64 = figures.iter().map(per_lifetime).sum();
            format!("{:.1}", sum / figures.len() as f64)
        });
    }
}

fn status_name(status: i32) -> String {
    // SAFETY: the library's names are static strings.
    let name = unsafe { CStr::from_ptr(momo_status_name(status)) };
    name.to_string_lossy().into_owned()
}

pub(crate) fn print(columns: &[(&str, Figures)]) {
    let all: Vec<&Figures> = columns.iter().map(|(_, figures)| figures).collect();
    let mut statuses: Vec<i32> = all.iter().flat_map(|figures| figures.statuses()).collect();
    statuses.sort_unstable();
    statuses.dedup();
    let mut table = Table {
        columns: all.iter().map(|figures| vec![*figures]).collect(),
    };
    table.columns.push(all);

    println!();
    let names = columns.iter().map(|(cache, _)| *cache);
    table.cells("", names.chain(["all"]).map(str::to_owned));
    table.sum("seconds", |f| {
        i64::try_from(f.time.as_secs()).unwrap_or(i64::MAX)
    });
    table.sum("calls", |f| f.sum("calls"));
    table.sum("tokens given", |f| f.sum("tokens"));
    table.sum("tokens issued", |f| f.requests.tokens_issued);
    for status in statuses {
        table.sum(&status_name(status), |f| f.sum(&status.to_string()));
    }
    table.sum("forks", |f| f.sum("forks"));
    table.sum("calls that were cancelled", |f| f.sum("cancelled"));
    table.sum("requests of momo_create_token", |f| {
        f.requests.of_create_token
    });
    table.sum("requests of momo_get_token", |f| f.requests.of_get_token);
    table.per_lifetime("the same in a token's lifetime", |_| 1);
    table.per_lifetime("the same of one process", Figures::workers);
    table.longest("most that a call took beyond its time, ms", "late_us");
    table.longest("longest call with a token at hand, ms", "waited_us");
    table.longest("most that the machine was late, ms", "machine_late_us");
    table.settled("resident, KiB: at first, at the end", |s| s.resident_kib);
    table.settled("heap, KiB: at first, at the end", |s| s.heap_bytes / 1024);
    table.settled("threads: at first, at the end", |s| s.threads);
    table.settled("descriptors: at first, at the end", |s| s.descriptors);
    println!();
}
