use std::ffi::CStr;
use std::sync::Arc;

use super::*;
use crate::client::TokenRef;
use crate::{Now, Status, Token};

/// What a program sees of a token with these times.
fn seen<T>(token: Token, times: [Option<Duration>; 2], see: impl FnOnce(&momo_token) -> T) -> T {
    let [expires_in, refresh_in] = times;
    let copy = momo_token::hand_out(&TokenForCaller {
        token: TokenRef::Counted(Arc::new(token)),
        expires_in,
        refresh_status: Status::MOMO_TIMED_OUT,
        refresh_in,
    });
    // SAFETY: handed out above, and freed once.
    unsafe {
        let seen = see(copy.as_ref());
        momo_free_token(Some(copy));
        seen
    }
}

#[test]
fn times_are_seconds_and_neither_a_part_of_one_nor_what_is_unknown_is_none() {
    let ms = |ms| Some(Duration::from_millis(ms));
    for (times, expected) in [
        ([None, None], (0, -1)),
        ([ms(400), ms(0)], (1, 0)),
        ([ms(2500), ms(1500)], (2, 2)),
        ([ms(3000), ms(2000)], (3, 2)),
    ] {
        let token = Token::new("a", "", None, Now::read());
        let told = seen(token, times, |token| (token.expires_in, token.refresh_in));
        assert_eq!(told, expected, "{times:?}");
    }
}

#[test]
fn a_copy_has_the_text_the_status_and_the_life_of_the_token() {
    let now = Now::read();
    for (life, lifetime, end) in [
        (None, 0, 0),
        (
            Some(Duration::from_secs(3600)),
            3600,
            now.wall.as_secs() + 3600,
        ),
    ] {
        let token = Token::new("a.b", "access_token", life, now);
        seen(token, [None; 2], |token| {
            let texts = [token.access_token, token.token_type, token.authorization];
            // SAFETY: the copy is not freed yet.
            let texts = texts.map(|text| unsafe { CStr::from_ptr(text) });
            assert_eq!(texts, [c"a.b", c"access_token", c"Bearer a.b"]);
            assert_eq!((token.lifetime, token.expires_at), (lifetime, end as i64));
            assert_eq!(token.refresh_status, Status::MOMO_TIMED_OUT as i32);
        });
    }
}

#[test]
fn a_timeout_is_the_option_s_none_or_up_to_a_day() {
    let after = |ms| CallTimeout::After(Duration::from_millis(ms));
    for (timeout_ms, expected) in [
        (-1, CallTimeout::Default),
        (0, CallTimeout::NeverBlock),
        (1, after(1)),
        (86_400_000, after(86_400_000)),
        (i64::MAX, after(86_400_000)),
    ] {
        assert_eq!(call_timeout(timeout_ms).ok(), Some(expected));
    }
    for timeout_ms in [-2, i64::MIN] {
        let refused = call_timeout(timeout_ms).err().unwrap();
        assert_eq!(refused.status, momo_status::MOMO_INVALID_ARGUMENT);
    }
}
