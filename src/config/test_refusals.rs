//! For tests: what a parser of a value refuses, with a part of the reason that it gives.

use std::fmt::Debug;

/// No reason repeats a secret, which is "s3cret" in all cases.
pub(super) fn assert_refused<T: Debug>(
    parse: impl Fn(&str) -> Result<T, String>,
    cases: &[(&str, &str)],
) {
    for (text, why) in cases {
        let error = parse(text).expect_err(text);
        assert!(error.contains(why), "{text:?}: {error}");
        assert!(!error.contains("s3") && !error.contains("cret"), "{error}");
        let is_lower = error.starts_with(|c: char| c.is_ascii_lowercase());
        assert!(is_lower, "{error}");
        assert!(!error.contains('\n') && !error.contains("  "), "{error}");
    }
}
