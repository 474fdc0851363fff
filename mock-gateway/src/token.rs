//! Tokens of the shape MTN sends, and the JSON around them.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use ring::rand::{SecureRandom, SystemRandom};
use std::time::Duration;
use time::OffsetDateTime;

/// Rwanda keeps UTC+2 all year.
const RWANDA: time::Duration = time::Duration::hours(2);

pub(crate) fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    // It fails only if the operating system has no randomness; zeros then show up as equal tokens.
    let _ = SystemRandom::new().fill(&mut bytes);
    bytes
}

pub(crate) fn uuid() -> String {
    let hex = format!("{:032x}", u128::from_ne_bytes(random()));
    format!(
        "{}-{}-4{}-a{}-{}",
        &hex[..8],
        &hex[8..12],
        &hex[13..16],
        &hex[17..20],
        &hex[20..]
    )
}

/// A JWT as MTN writes it: "R256" for an algorithm, and a local time without a zone.
pub(crate) fn jwt(api_user: &str, lifetime: Duration) -> String {
    let lifetime = time::Duration::try_from(lifetime).unwrap_or(time::Duration::ZERO);
    let now = OffsetDateTime::now_utc() + RWANDA;
    let end = now.checked_add(lifetime).unwrap_or(now);
    let expires = format!(
        "{}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}",
        end.year(),
        u8::from(end.month()),
        end.day(),
        end.hour(),
        end.minute(),
        end.second(),
        end.millisecond()
    );
    let session = uuid();
    let user = serde_json::Value::from(api_user);
    let claims = format!(r#"{{"clientId":{user},"expires":"{expires}","sessionId":"{session}"}}"#);
    let encode = |bytes: &[u8]| BASE64_URL_SAFE_NO_PAD.encode(bytes);
    format!(
        "{}.{}.{}",
        encode(br#"{"typ":"JWT","alg":"R256"}"#),
        encode(claims.as_bytes()),
        encode(&random::<256>())
    )
}

/// A JSON object whose values are kept as text: members stay in MTN's order, and may be numbers
/// that no parser holds.
pub(crate) struct Members(Vec<(&'static str, String)>);

impl Members {
    pub(crate) fn success(token: &str, lifetime: Duration) -> Self {
        Self(vec![
            ("access_token", format!("\"{token}\"")),
            ("token_type", "\"access_token\"".to_owned()),
            ("expires_in", lifetime.as_secs().to_string()),
        ])
    }

    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(n, _)| *n == name)
            .map(|(_, value)| value.as_str())
    }

    pub(crate) fn set(&mut self, name: &'static str, json: impl Into<String>) {
        match self.0.iter_mut().find(|(n, _)| *n == name) {
            Some((_, value)) => *value = json.into(),
            None => self.0.push((name, json.into())),
        }
    }

    pub(crate) fn put_first(&mut self, name: &'static str, json: impl Into<String>) {
        self.0.insert(0, (name, json.into()));
    }

    pub(crate) fn remove(&mut self, name: &str) {
        self.0.retain(|(n, _)| *n != name);
    }

    /// Makes the token `length` characters long.
    pub(crate) fn stretch_token(&mut self, length: usize) {
        let mut token = self.token().unwrap_or_default();
        token.extend(std::iter::repeat_n('A', length.saturating_sub(token.len())));
        self.set("access_token", format!("\"{token}\""));
    }

    pub(crate) fn token(&self) -> Option<String> {
        let value = self.get("access_token")?;
        serde_json::from_str::<String>(value)
            .ok()
            .filter(|token| !token.is_empty())
    }

    pub(crate) fn to_json(&self) -> String {
        let members: Vec<_> = self.0.iter().map(|(n, v)| format!("\"{n}\":{v}")).collect();
        format!("{{{}}}", members.join(","))
    }
}
