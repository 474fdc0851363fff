//! The part of options.rs about trust: stores of certificates, and programs with raised rights.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use super::{complete, refused};
use crate::child::{Scratch, again, case, is_root, run, var};
use crate::common::*;

fn trusting(gateway: &Gateway, ca: &Path) -> Config {
    let config = Config::mock(gateway, "");
    config.set("ca", ca.to_str().unwrap());
    config
}

/// What a PEM file may hold is for unit tests; what OpenSSL adds is made by OpenSSL here.
#[test]
fn a_trust_store_that_cannot_be_used_is_refused_when_the_client_is_created() {
    let gateway = Gateway::start().unwrap();
    let (scratch, good) = (Scratch::new(), gateway.ca_pem());
    let trusted = |purpose: [&str; 2]| {
        let ca = gateway.ca_path().to_str().unwrap();
        run(&[&["openssl", "x509", "-trustout", "-in", ca][..], &purpose].concat())
    };
    let good = [good, &trusted(["-addtrust", "serverAuth"])];
    for content in good {
        let config = trusting(&gateway, &scratch.write("ca.pem", content));
        config.client().create().unwrap();
    }
    for purpose in [["-addtrust", "clientAuth"], ["-addreject", "serverAuth"]] {
        let config = trusting(&gateway, &scratch.write("ca.pem", trusted(purpose)));
        let words = ["option ca", "ca.pem", "holds no CA certificate"];
        refused(config.try_client(), &words);
    }
    let config = Config::mock(&gateway, "");
    config.set("ca", good[0]).client().create().unwrap();
}

#[test]
fn a_replaced_pem_file_is_what_a_new_client_trusts() {
    let (one, other) = (Gateway::start().unwrap(), Gateway::start().unwrap());
    let scratch = Scratch::new();
    let path = scratch.write("ca.pem", one.ca_pem());
    let (to_one, to_other) = (trusting(&one, &path), trusting(&other, &path));
    let is_untrusted = |config: &Config| {
        let outcome = config.client().create();
        fails(outcome, MOMO_TLS_FAILED, &["issuer is not trusted"]);
    };
    let old = to_one.client();
    old.create().unwrap();
    is_untrusted(&to_other);
    // As programs renew such files: a new one takes the name.
    let next = scratch.write("next.pem", other.ca_pem());
    std::fs::rename(next, &path).unwrap();
    to_other.client().create().unwrap();
    is_untrusted(&to_one);
    old.create().unwrap();
    // And back again in place: the same inode, written anew.
    std::fs::write(&path, one.ca_pem()).unwrap();
    to_one.client().create().unwrap();
}

#[test]
fn an_empty_system_store_is_noticed_when_the_client_is_created() {
    if case().is_some() {
        let config = complete();
        config.set("ca", "system");
        let words = ["option ca", "SSL_CERT_FILE", "ca-certificates"];
        refused(config.try_client(), &words);
        // Neither is asked for.
        config.set("ca", "mozilla").client();
        config.set("ca", &var("CA")).client();
        return;
    }
    let gateway = Gateway::start().unwrap();
    let scratch = Scratch::new();
    let empty = scratch.write("empty.pem", "");
    std::fs::create_dir(scratch.path("none")).unwrap();
    for file in [empty, scratch.path("missing")] {
        again(|| (), "x")
            .env("CA", gateway.ca_path())
            .env("SSL_CERT_FILE", file)
            .env("SSL_CERT_DIR", scratch.path("none"))
            .passes();
    }
}

#[test]
fn an_authority_in_a_directory_beside_the_bundle_is_trusted_and_no_other() {
    let Some(case) = case() else {
        let (gateway, other) = (Gateway::start().unwrap(), Gateway::start().unwrap());
        let scratch = Scratch::new();
        let directory = scratch.path("certs");
        std::fs::create_dir(&directory).unwrap();
        let child = |case: &str| {
            again(|| (), case)
                .env("BASE_URL", gateway.base_url())
                .env("SSL_CERT_FILE", other.ca_path())
                .env("SSL_CERT_DIR", &directory)
                .env("CA", gateway.ca_path())
                .passes();
        };
        child("empty");
        child("added after the client was made");
        child("there");
        std::fs::write(directory.join("ours.pem"), "torn").unwrap();
        child("empty");
        assert_eq!(gateway.request_count(), 2);
        return;
    };
    let config = complete();
    config.set("base_url", &var("BASE_URL"));
    config.set("ca", "system");
    let client = config.client();
    if case == "added after the client was made" {
        let ours = Path::new(&var("SSL_CERT_DIR")).join("ours.pem");
        std::fs::copy(var("CA"), ours).unwrap();
    }
    let (status, words) = match &*case {
        "empty" => (MOMO_TLS_FAILED, "issuer is not trusted"),
        // The response came over TLS: the mock gateway does not know this file's credentials.
        _ => (MOMO_SUBSCRIPTION_KEY_REFUSED, ""),
    };
    fails(client.create(), status, &[words]);
}

#[test]
fn a_program_with_more_rights_than_its_caller_takes_nothing_from_the_environment() {
    let Some(case) = case() else {
        if !is_root() {
            eprintln!("left out: only root makes a program that has more rights");
            return;
        }
        let gateway = Gateway::start().unwrap();
        let scratch = Scratch::new();
        let ca = scratch.write("ca.pem", gateway.ca_pem());
        for (case, mode) in [("set-uid", 0o4755), ("set-gid", 0o2755), ("plain", 0o755)] {
            let program = scratch.path("program");
            // Not fs::copy: a child that another test forks meanwhile would hold the copy open for
            // writing until its exec, and such a file cannot be run.
            let ours = std::env::current_exe().unwrap();
            run(&["cp", ours.to_str().unwrap(), program.to_str().unwrap()]);
            std::fs::set_permissions(&program, std::fs::Permissions::from_mode(mode)).unwrap();
            again(|| (), case)
                .program(&program)
                .under("setpriv --reuid=65534 --regid=65534 --clear-groups".split(' '))
                .env("BASE_URL", gateway.base_url())
                .env("MOMO_TIMEOUT", "never")
                .env("HTTPS_PROXY", "ftp://proxy.example")
                .env("SSL_CERT_FILE", &ca)
                .passes();
        }
        assert_eq!(gateway.request_count(), 1);
        return;
    };
    let config = Config::with_credentials(&var("BASE_URL"), "system");
    let log = config.log();
    if case == "plain" {
        refused(config.set_from_env(), &["MOMO_TIMEOUT"]);
        refused(config.try_client(), &["HTTPS_PROXY"]);
        config.set("proxy", "none").client().create().unwrap();
    } else {
        config.set_from_env().unwrap();
        assert!(log.text().contains("more rights"), "{}", log.text());
        let missing = refused(Config::new().try_client(), &["api_user", "more rights"]);
        assert!(!missing.message.contains("MOMO_"), "{}", missing.message);
        fails(config.client().create(), MOMO_TLS_FAILED, &[]);
    }
}
