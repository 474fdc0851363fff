use super::*;
use crate::gateway::response::tests::{failure_of, failure_with, read_from, response};
use crate::test_settings::{API_USER, credentials_of, settings_with};
use Status as S;

const AZURE: &str =
    r#"{"statusCode":401,"message":"Access denied due to invalid subscription key."}"#;
const MISSING: &str =
    r#"{"statusCode":401,"message":"Access denied due to missing subscription key."}"#;
const LOGIN: &str = r#"{"error":"login_failed"}"#;
const CLIENT: &str = r#"{"error":"invalid_client"}"#;
const QUOTA: &str = r#"{"statusCode":403,"message":"Out of call volume QUOTA."}"#;

#[test]
fn each_error_response_has_its_status_its_retry_and_what_to_do() {
    const NOT_ALLOWED: &str = r#"{"code":"NOT_ALLOWED"}"#;
    const ENVIRONMENT: &str = r#"{"code":"NOT_ALLOWED_TARGET_ENVIRONMENT"}"#;
    let described = r#"{"error":"invalid_scope","error_description":"x"}"#;
    #[rustfmt::skip]
    let rows = [
        (400, "", S::MOMO_UNEXPECTED_STATUS, false, "HTTP 400: the gateway takes the request for malformed"),
        (400, CLIENT, S::MOMO_UNAUTHORIZED, false, "the API user or API key was refused (invalid_client)"),
        (400, r#"{"error":"unauthorized_client"}"#, S::MOMO_UNAUTHORIZED, false, "was refused (unauthorized_client)"),
        (400, "\u{feff}{\"error\":\"invalid_grant\"}", S::MOMO_UNAUTHORIZED, false, "was refused (invalid_grant)"),
        (400, described, S::MOMO_UNEXPECTED_STATUS, false, "HTTP 400 (invalid_scope): the gateway takes"),
        (400, r#"{"error":"unsupported_grant_type"}"#, S::MOMO_UNEXPECTED_STATUS, false, ""),
        (401, "", S::MOMO_UNAUTHORIZED, false, "check api_user and api_key"),
        (401, LOGIN, S::MOMO_UNAUTHORIZED, false, ""),
        (401, AZURE, S::MOMO_SUBSCRIPTION_KEY_REFUSED, false, "the key of the Collection Widget is not it"),
        (401, MISSING, S::MOMO_SUBSCRIPTION_KEY_REFUSED, false, "something on the way has removed the header"),
        // One of the two members is not the shape.
        (401, r#"{"statusCode":401}"#, S::MOMO_UNAUTHORIZED, false, ""),
        (401, r#"{"message":"Access denied"}"#, S::MOMO_UNAUTHORIZED, false, ""),
        (403, "", S::MOMO_FORBIDDEN, false, "public IP address"),
        (403, QUOTA, S::MOMO_RATE_LIMITED, false, "the quota of the subscription is spent"),
        (404, "", S::MOMO_UNEXPECTED_STATUS, false, "wrong product or base path"),
        (429, "", S::MOMO_RATE_LIMITED, false, "too many requests"),
        (302, "", S::MOMO_UNEXPECTED_STATUS, false, "HTTP 302: a redirect, which is never followed"),
        (204, "", S::MOMO_UNEXPECTED_STATUS, false, ""),
        (418, "", S::MOMO_UNEXPECTED_STATUS, false, "HTTP 418 is no response of the gateway's"),
        (500, "", S::MOMO_SERVER_ERROR, true, ""),
        (500, LOGIN, S::MOMO_UNAUTHORIZED, false, "for this product and host"),
        (500, r#"{"error":"login\u005ffailed"}"#, S::MOMO_UNAUTHORIZED, false, ""),
        (500, r#"{"a":[1],"error":"login_failed","code":7}"#, S::MOMO_UNAUTHORIZED, false, ""),
        (400, NOT_ALLOWED, S::MOMO_FORBIDDEN, false, "have MTN enable this product"),
        (500, NOT_ALLOWED, S::MOMO_FORBIDDEN, false, "have MTN enable this product"),
        (400, ENVIRONMENT, S::MOMO_FORBIDDEN, false, "belong together"),
        (403, ENVIRONMENT, S::MOMO_FORBIDDEN, false, "belong together"),
        (500, ENVIRONMENT, S::MOMO_FORBIDDEN, false, "belong together"),
        (500, r#"{"code":"SOMETHING_ELSE"}"#, S::MOMO_SERVER_ERROR, true, ""),
        (501, "", S::MOMO_SERVER_ERROR, false, ""),
        (502, "", S::MOMO_SERVER_ERROR, true, ""),
        (503, "", S::MOMO_SERVER_ERROR, true, "the gateway failed (HTTP 503)"),
        (504, "", S::MOMO_SERVER_ERROR, true, ""),
        (505, "", S::MOMO_SERVER_ERROR, false, ""),
        (511, "", S::MOMO_SERVER_ERROR, false, "a captive portal"),
        (599, "", S::MOMO_SERVER_ERROR, false, ""),
        (600, "", S::MOMO_UNEXPECTED_STATUS, false, ""),
    ];
    for (http_status, body, status, retryable, words) in rows {
        let AttemptError { failure, retry } = failure_of(&response(http_status, &[], body));
        let found = (failure.status, retry == Retry::Later);
        assert_eq!(found, (status, retryable), "{http_status} {body}");
        assert_eq!(failure.http_status, http_status);
        assert_eq!(failure.retry_after_ms, -1, "{http_status} {body}");
        assert!(failure.message.contains(words), "{}", failure.message);
    }
}

#[test]
fn a_header_tells_as_much_as_a_body() {
    let azure = "AzureApiManagementKey realm=\"https://proxy.momoapi.mtn.com\"";
    let refused = |challenges: &[&str]| {
        let headers: Vec<_> = challenges.iter().map(|c| (WWW_AUTHENTICATE, *c)).collect();
        failure_of(&response(401, &headers, "")).failure.status
    };
    for challenges in [
        &[azure][..],
        &["Basic realm=\"x\"", azure],
        &["Basic realm=\"x, y\", AzureApiManagementKey realm=\"z\""],
        &["AZUREAPIMANAGEMENTKEY"],
        &["Negotiate, azureApiManagementKey\trealm=\"x\""],
    ] {
        let status = refused(challenges);
        assert_eq!(status, S::MOMO_SUBSCRIPTION_KEY_REFUSED, "{challenges:?}");
    }
    let other = refused(&["Basic realm=\"x, AzureApiManagementKey y\""]);
    assert_eq!(other, S::MOMO_UNAUTHORIZED);
    let spent = failure_of(&response(403, &[(RETRY_AFTER, "7")], ""));
    assert_eq!(spent.failure.status, S::MOMO_RATE_LIMITED);
}

#[test]
fn codes_and_texts_of_the_response_are_told() {
    let body = r#"{"error":"first","code":"second","message":"in words","activityId":"a1b2-c3"}"#;
    let failure = failure_with(503, body);
    assert_eq!(failure.code, "first");
    assert_eq!(failure.body, body);
    assert!(failure.message.contains("(the response says: in words)"));
    assert!(failure.message.contains("(activity ID a1b2-c3)"));
    let failure = failure_with(503, r#"{"error":"","code":"second"}"#);
    assert_eq!(failure.code, "second");
    assert!(!failure.message.contains("the response says"));
    assert!(!failure.message.contains("activity ID"));
    // What is no code, and what is no text.
    for body in [
        r#"{"code":"two words"}"#,
        r#"{"code":["x"]}"#,
        "[\"x\"]",
        "{",
    ] {
        assert_eq!(failure_with(503, body).code, "");
    }
    let fits = r#"{"code":"a-B_c.0:9"}"#;
    assert_eq!(failure_with(503, fits).code, "a-B_c.0:9");
}

#[test]
fn an_activity_id_is_shown_where_another_uuid_is_not() {
    let id = "0b9c7e55-63a1-4d0f-8e2b-6f4f1c9a7d30";
    let body = format!(r#"{{"statusCode":500,"message":"x","activityId":"{id}","again":"{id}"}}"#);
    let failure = failure_with(500, &body);
    assert!(failure.message.contains(&format!("(activity ID {id})")));
    assert_eq!(failure.body, body);
    let other = body.replace("activityId", "reference");
    let other = failure_with(500, &other);
    let told = other.message + &other.body;
    assert!(!told.contains(id), "{told}");
    // The API user is hidden at that place, too; and what is no UUID has to be words.
    for id in [API_USER, "d41d8cd98f00b204e9800998ecf8427e"] {
        let body = format!(r#"{{"activityId":"{id}"}}"#);
        let failure = failure_with(500, &body);
        assert!(!failure.message.contains("activity ID"), "{failure:?}");
        assert_eq!(failure.body, r#"{"activityId":"[redacted]"}"#);
    }
}

#[test]
fn no_key_is_shown_as_an_activity_id() {
    let [key, id] = [
        "0b9c7e5563a14d0f8e2b6f4f1c9a7d30",
        "0b9c7e55-63a1-4d0f-8e2b-6f4f1c9a7d30",
    ];
    let settings = settings_with(&[("subscription_key", key)]);
    let authentication = Authentication::new(&settings, credentials_of(&settings));
    let body = format!(r#"{{"activityId":"{id}"}}"#);
    let failure = read(&response(500, &[], &body), &authentication).failure;
    assert!(!failure.message.contains("activity ID"), "{failure:?}");
    assert_eq!(failure.body, r#"{"activityId":"[redacted]"}"#);
}

/// A proxy's user is hidden like any other secret, however short.
#[test]
fn what_is_hidden_in_a_response_still_says_what_happened() {
    for (user, status, body, expected) in [
        ("log", 500, LOGIN, S::MOMO_UNAUTHORIZED),
        ("ed", 500, LOGIN, S::MOMO_UNAUTHORIZED),
        ("client", 400, CLIENT, S::MOMO_UNAUTHORIZED),
        ("all", 500, r#"{"code":"NOT_ALLOWED"}"#, S::MOMO_FORBIDDEN),
    ] {
        let proxy = format!("http://{user}:x1@proxy.example:3128");
        let settings = settings_with(&[("proxy", &proxy)]);
        let authentication = Authentication::new(&settings, credentials_of(&settings));
        let failure = read(&response(status, &[], body), &authentication).failure;
        assert_eq!(failure.status, expected, "{user}");
        assert!(failure.body.contains("[redacted]"), "{failure:?}");
    }
}

#[test]
fn no_key_gets_into_a_code() {
    for key in [
        // `Basic` and the base64 of user and key, in base64.
        "QmFzaWMgWmpkaE1HSTVZekl0TldReFpTMDBZVE5pTFRoak5tUXRNR1V4WmpKaE0ySTBZelZrT21GdQ==",
        "426173696320576d70",
        "3f7a9c0b5d1e4826",
        "IJQXG2LDEBLWUZDI",
    ] {
        for name in ["code", "error"] {
            let body = format!(r#"{{"{name}":"{key}"}}"#);
            let failure = failure_with(500, &body);
            assert_eq!(failure.code, "", "{key}");
            assert!(!failure.body.contains(key), "{failure:?}");
        }
    }
}

#[test]
fn a_success_without_a_token_shows_no_body() {
    for status in [200, 201, 204, 299] {
        let failure = failure_with(status, r#"{"code":"x"}"#);
        assert_eq!((failure.body.as_str(), failure.http_status), ("", status));
    }
    assert_eq!(failure_with(300, "text").body, "text");
    assert_eq!(failure_with(199, "text").body, "text");
}

#[test]
fn a_redirect_names_its_host_and_nothing_else() {
    let location = "https://user:pass@else.example:8443/path?query=1";
    let failure = failure_of(&response(302, &[(LOCATION, location)], "")).failure;
    assert!(failure.message.contains("a redirect to else.example,"));
    let hidden = ["user", "pass", "path", "query"];
    assert!(hidden.iter().all(|part| !failure.message.contains(part)));
    for nameless in ["/token", "", "http://[", "https://"] {
        let failure = failure_of(&response(302, &[(LOCATION, nameless)], "")).failure;
        assert!(failure.message.contains("a redirect, which"), "{nameless}");
    }
}

#[test]
fn the_advice_is_that_for_the_host() {
    let told = |base_url: &str, response: &Response| {
        read_from(base_url, response).err().unwrap().failure.message
    };
    let sandbox = "momodeveloper.mtn.com/developer";
    let production = "momoapi.mtn.com/developer";
    #[rustfmt::skip]
    let rows = [
        ("https://sandbox.momodeveloper.mtn.com", [true, false], "provisioning API"),
        ("https://proxy.momoapi.mtn.co.rw", [false, true], "partner portal"),
        ("https://proxy.momoapi.mtn.com", [false, true], "partner portal"),
        ("https://gateway.example", [true, true], ""),
    ];
    for (base_url, portals, words) in rows {
        let refused = told(base_url, &response(401, &[], AZURE));
        let named = [sandbox, production].map(|portal| refused.contains(portal));
        assert_eq!(named, portals, "{refused}");
        let login = told(base_url, &response(500, &[], LOGIN));
        assert!(login.contains(words), "{login}");
    }
}

#[test]
fn a_firewall_is_recognised_under_any_status() {
    let page = "<html>Request Rejected 0. Support ID is: <b>123456</b> 789</html>";
    for status in [200, 403, 503] {
        let error = failure_of(&response(status, &[], page));
        assert_eq!(error.failure.status, S::MOMO_FORBIDDEN, "{status}");
        assert_eq!(error.failure.http_status, status);
        assert_eq!(error.failure.code, "123456");
        assert!(error.failure.message.contains("(support ID 123456)"));
        assert_eq!(error.retry, Retry::Never);
        assert_eq!(error.failure.retry_after_ms, -1);
        assert_eq!(error.failure.body.is_empty(), status == 200);
    }
    // What is longer than any number, and digits of something else, are no ID.
    for (id, code) in [
        ("18446744073709551615", "18446744073709551615"),
        ("184467440737095516150", ""),
        ("3f7a9c0b", ""),
        ("12a45b78cd9", ""),
    ] {
        let page = format!("Request Rejected, support ID: {id}.");
        let failure = failure_with(403, &page);
        assert_eq!(failure.code, code);
        assert_eq!(failure.body.contains(id), !code.is_empty(), "{failure:?}");
    }
    let failure = failure_with(403, "Request Rejected 12");
    assert_eq!(failure.code, "");
    assert!(!failure.message.contains("(support ID"));
}
