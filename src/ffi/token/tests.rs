use std::ffi::CStr;
use std::sync::Arc;

use super::*;
use crate::client::TokenRef;
use crate::{Now, Status, Token};

/// What a program sees of a token with these times.
fn seen<T>(token: Token, times: [Option<Duration>; 2], see: impl FnOnce(&momo_token) -> T) -> T {
    let [expires_in, refresh_in] = times;
    let copy = momo_token::allocate(&TokenForCaller {
        token: TokenRef::Counted(Arc::new(token)),
        expires_in,
        refresh_status: Status::MOMO_TIMED_OUT,
        refresh_in,
    });
    // SAFETY: allocated above, and freed once.
    unsafe {
        let seen = see(&*copy);
        momo_free_token(copy);
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
