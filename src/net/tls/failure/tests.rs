use std::sync::Arc;

use super::*;
use crate::credentials::redact::Redactor;

const OPTION: &str = "base_url";

fn said(error: &TransportError) -> String {
    error.failure(&Redactor::new([], [])).message
}

fn explained(error: &Error) -> String {
    let explained = explain(error, OPTION, false);
    let (phase, kind) = (explained.phase, explained.kind);
    assert_eq!((phase, kind), (Phase::Handshake, Kind::Untrusted));
    said(&explained)
}

#[test]
fn each_alert_and_each_disagreement_is_told_in_words() {
    let none_in_common = "no cipher suite, curve or kind of key in common";
    let too_old = "neither TLS 1.2 nor TLS 1.3";
    let no_agreement = "no agreement on TLS";
    #[rustfmt::skip]
    let rows = [
        (Error::InvalidMessage(InvalidMessage::InvalidContentType), "does not respond in TLS; check the port of base_url"),
        (Error::InvalidMessage(InvalidMessage::HandshakePayloadTooLarge), "certificates of more than 64 KiB"),
        (Error::AlertReceived(Alert::HandshakeFailure), none_in_common),
        (Error::AlertReceived(Alert::InsufficientSecurity), none_in_common),
        (Error::AlertReceived(Alert::ProtocolVersion), too_old),
        (Error::PeerIncompatible(PeerIncompatible::ServerDoesNotSupportTls12Or13), too_old),
        (Error::AlertReceived(Alert::NoApplicationProtocol), "does not offer HTTP/1.1 (ALPN); check the port of base_url"),
        (Error::AlertReceived(Alert::UnrecognisedName), "does not know this host name; check base_url"),
        (Error::AlertReceived(Alert::InternalError), no_agreement),
        (Error::DecryptError, no_agreement),
    ];
    for (error, words) in rows {
        let told = explained(&error);
        let library = error.to_string();
        assert!(told.contains(words) && told.contains(&library), "{told}");
    }
}

#[test]
fn each_rule_that_a_certificate_breaks_is_named() {
    let webpki = |error: Webpki| C::Other(OtherError(Arc::new(error)));
    let another = C::Other(OtherError(Arc::new(std::fmt::Error)));
    let algorithm = C::UnsupportedSignatureAlgorithmContext {
        signature_algorithm_id: vec![1, 2, 3],
        supported_algorithms: Vec::new(),
    };
    let kind_of_key = C::UnsupportedSignatureAlgorithmForPublicKeyContext {
        signature_algorithm_id: vec![1, 2, 3],
        public_key_algorithm_id: vec![4, 5, 6],
    };
    let intercepted = "and whether something on the way intercepts TLS";
    let (clock, operator) = ("this machine's clock", "tell the server's operator");
    #[rustfmt::skip]
    let rows = [
        (C::UnknownIssuer, "its issuer is not trusted", "check option ca"),
        (C::Expired, "it has expired", clock),
        (C::NotValidYet, "it is not valid yet", clock),
        (C::NotValidForName, "it is not for this host name", "check base_url"),
        (C::BadSignature, "a signature does not match its key", intercepted),
        (C::InvalidPurpose, "it is not for servers", operator),
        (algorithm, "by an algorithm that is too weak", operator),
        (kind_of_key, "with a kind of key that is not supported", operator),
        (C::BadEncoding, "it breaks a rule", operator),
        (C::Other(OtherError(Arc::new(BrokenRule::ShortRsaKey))), "shorter than 2048 bits", operator),
        (C::Other(OtherError(Arc::new(BrokenRule::KeyUsage))), "(key usage)", operator),
        (C::Other(OtherError(Arc::new(BrokenRule::NotFetched))), "its issuer is not trusted", "open the server's URL with curl.exe or a browser on this machine once"),
        (another, "it breaks a rule", operator),
        (webpki(Webpki::CaUsedAsEndEntity), "(CA:TRUE)", operator),
        (webpki(Webpki::EndEntityUsedAsCa), "(CA:FALSE)", operator),
        (webpki(Webpki::PathLenConstraintViolated), "(path length)", operator),
        (webpki(Webpki::MaximumPathDepthExceeded), "(path length)", operator),
        (webpki(Webpki::NameConstraintViolation), "(name constraints)", operator),
        (webpki(Webpki::UnsupportedCriticalExtension), "a critical extension", operator),
        (webpki(Webpki::UnsupportedCertVersion), "X.509 version 3", operator),
        (webpki(Webpki::BadDer), "it breaks a rule", operator),
    ];
    for (error, rule, advice) in rows {
        let is_named = !matches!(
            error,
            C::Other(_)
                | C::UnsupportedSignatureAlgorithmContext { .. }
                | C::UnsupportedSignatureAlgorithmForPublicKeyContext { .. }
        );
        let told = explained(&Error::InvalidCertificate(error));
        // Not of another library's error, nor where it would list the numbers of all it supports.
        let has_named = told.contains("invalid peer certificate");
        assert_eq!(has_named, is_named, "{told}");
        for words in ["the server's certificate is not accepted: ", rule, advice] {
            assert!(told.contains(words), "{told}");
        }
    }
    let short_key = C::Other(OtherError(Arc::new(BrokenRule::ShortRsaKey)));
    assert!(explained(&Error::InvalidCertificate(short_key)).ends_with("(ShortRsaKey)"));
}

/// Some servers say it; the others have asked for one, and send another alert.
#[test]
fn a_server_that_wants_a_client_certificate_is_recognised() {
    let (always, never) = ([true, true], [false, false]);
    let where_asked = [false, true];
    for (alert, expected) in [
        (Alert::CertificateRequired, always),
        (Alert::AccessDenied, where_asked),
        (Alert::BadCertificate, where_asked),
        (Alert::CertificateUnknown, where_asked),
        (Alert::HandshakeFailure, where_asked),
        (Alert::NoCertificate, where_asked),
        (Alert::UnknownCA, where_asked),
        (Alert::UnsupportedCertificate, where_asked),
        (Alert::InternalError, never),
        (Alert::ProtocolVersion, never),
    ] {
        let error = Error::AlertReceived(alert);
        let found = [false, true].map(|requested| {
            let refusal = client_certificate(&error, OPTION, requested);
            let told = said(&explain(&error, OPTION, requested));
            let is_told = told.contains("demands a client certificate");
            assert_eq!(is_told, refusal.is_some(), "{told}");
            refusal.is_some()
        });
        assert_eq!(found, expected, "{alert:?}");
    }
    assert_eq!(client_certificate(&Error::DecryptError, OPTION, true), None);
    let redis = client_certificate(&Error::AlertReceived(Alert::UnknownCA), "cache", true);
    assert!(said(&redis.unwrap()).contains("check cache_client_certificate"));
}
