use super::*;

/// RFC 6750, section 2.1.
const ALPHABET: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~+/";

#[test]
fn a_token_has_the_characters_of_rfc_6750_at_every_place() {
    for length in 1..=20 {
        for place in 0..length {
            for character in (0..=255).map(char::from) {
                let mut token = "a".repeat(length);
                token.replace_range(place..=place, &character.to_string());
                // An equals sign has its place at the end.
                let padding = character == '=' && place == length - 1 && length > 1;
                let expected = ALPHABET.contains(character) || padding;
                assert_eq!(check_access(&token).is_ok(), expected, "{token:?}");
            }
        }
    }
}

#[test]
fn a_token_has_an_end_and_a_beginning() {
    for (token, taken) in [
        ("", false),
        ("=", false),
        ("====", false),
        ("a====", true),
        ("=a", false),
        (&"a".repeat(8192), true),
        (&"a".repeat(8193), false),
    ] {
        assert_eq!(check_access(token).is_ok(), taken, "{token}");
    }
}

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
    let fresh = |seconds| Some(Duration::from_secs(seconds));
    let (stale, expired) = (fresh(0), None);
    // lifetime, margin, jitter, seconds after issue, phase
    for (lifetime, margin, jitter, after, expected) in [
        (3600, ten_minutes, 0, 0, fresh(3000)),
        (3600, ten_minutes, 0, 2999, fresh(1)),
        (3600, ten_minutes, 0, 3000, stale),
        (3600, ten_minutes, u32::MAX, 2879, fresh(1)),
        (3600, ten_minutes, u32::MAX, 2880, stale),
        (3600, ten_minutes, 0, 3589, stale),
        (3600, ten_minutes, 0, 3590, expired),
        // At most a quarter of the lifetime.
        (3600, hour, 0, 2699, fresh(1)),
        (3600, hour, 0, 2700, stale),
        (4, ten_minutes, 0, 2, fresh(1)),
        (4, ten_minutes, 0, 3, stale),
        // Early by a twentieth if that is less than ten seconds.
        (100, ten_minutes, 0, 94, stale),
        (100, ten_minutes, 0, 95, expired),
        (3600, Duration::ZERO, 0, 3589, fresh(1)),
        (3600, Duration::ZERO, u32::MAX, 3590, expired),
        (0, ten_minutes, 0, 0, expired),
    ] {
        let found = token(lifetime).refresh_in(at(after, after), margin, jitter);
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
        let left = hour.left(at(boot, wall));
        assert_eq!(left, Some(Duration::from_secs(left_over)), "{boot} {wall}");
    }
}

#[test]
fn each_process_draws_its_jitter_from_the_whole_range() {
    let mut sum = 0.0;
    let mut last = jitter(0);
    // Children whose numbers differ by one: each draws anew, and over the whole range.
    for generation in 1..1000 {
        let draw = jitter(generation);
        assert!(draw.abs_diff(last) > u32::MAX / 10, "{generation}");
        (sum, last) = (sum + f64::from(draw) / f64::from(u32::MAX), draw);
    }
    assert!((450.0..550.0).contains(&sum), "{sum}");
}
