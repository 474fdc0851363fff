use super::*;

const START: u64 = 1_000_000;

fn at(boot: i64, wall: i64) -> Now {
    let shifted = |by: i64| Duration::from_secs(START.checked_add_signed(by).unwrap());
    Now {
        boot: shifted(boot),
        wall: shifted(wall),
    }
}

fn token(lifetime: u64) -> Token {
    let lifetime = (lifetime > 0).then(|| Duration::from_secs(lifetime));
    Token::new("t", "", lifetime, at(0, 0))
}

#[test]
fn a_token_is_fresh_then_stale_then_expired_by_its_lifetime() {
    let hour = Duration::from_secs(3600);
    let ten_minutes = Duration::from_secs(600);
    let fresh = |seconds| Freshness::Fresh {
        refresh_in: Duration::from_secs(seconds),
    };
    // lifetime, margin, jitter, seconds after issue, phase
    for (lifetime, margin, jitter, after, expected) in [
        (3600, ten_minutes, 0, 0, fresh(3000)),
        (3600, ten_minutes, 0, 2999, fresh(1)),
        (3600, ten_minutes, 0, 3000, Freshness::Stale),
        (3600, ten_minutes, u32::MAX, 2879, fresh(1)),
        (3600, ten_minutes, u32::MAX, 2880, Freshness::Stale),
        (3600, ten_minutes, 0, 3589, Freshness::Stale),
        (3600, ten_minutes, 0, 3590, Freshness::Expired),
        // At most a quarter of the lifetime.
        (3600, hour, 0, 2699, fresh(1)),
        (3600, hour, 0, 2700, Freshness::Stale),
        (4, ten_minutes, 0, 2, fresh(1)),
        (4, ten_minutes, 0, 3, Freshness::Stale),
        // Early by a twentieth if that is less than ten seconds.
        (100, ten_minutes, 0, 94, Freshness::Stale),
        (100, ten_minutes, 0, 95, Freshness::Expired),
        (3600, Duration::ZERO, 0, 3589, fresh(1)),
        (3600, Duration::ZERO, u32::MAX, 3590, Freshness::Expired),
        (0, ten_minutes, 0, 0, Freshness::Expired),
    ] {
        let found = freshness(&token(lifetime), at(after, after), margin, jitter);
        assert_eq!(found, expected, "{lifetime} {margin:?} {jitter} {after}");
    }
}

#[test]
fn the_clock_that_leaves_less_time_decides() {
    let hour = token(3600);
    for (boot, wall, left_over) in [
        (1000, 1000, 2600),
        // The wall clock was set forward, then back.
        (1000, 3000, 600),
        (1000, -500_000, 2600),
        // A suspend that only the boot clock, or only the wall clock, has seen.
        (3000, 1000, 600),
        (1000, 4000, 0),
        (4000, 1000, 0),
        (4000, -4000, 0),
    ] {
        let found = left(&hour, at(boot, wall)).unwrap();
        assert_eq!(found, Duration::from_secs(left_over), "{boot} {wall}");
    }
}

#[test]
fn a_token_has_ended_when_its_lifetime_is_over() {
    assert!(!has_ended(&token(3600), at(3599, 3599)));
    assert!(has_ended(&token(3600), at(3600, 3599)));
    assert!(!has_ended(&token(0), at(1_000_000, 0)), "unknown");
}

#[test]
fn a_process_draws_its_jitter_once_and_a_child_of_it_anew() {
    assert_eq!(jitter(), jitter());
    let mut sum = 0.0;
    let mut last = jitter_of(0);
    // Children whose numbers differ by one: each draws anew, and over the whole range.
    for generation in 1..1000 {
        let draw = jitter_of(generation);
        assert!(draw.abs_diff(last) > u32::MAX / 10, "{generation}");
        (sum, last) = (sum + f64::from(draw) / f64::from(u32::MAX), draw);
    }
    assert!((450.0..550.0).contains(&sum), "{sum}");
}
