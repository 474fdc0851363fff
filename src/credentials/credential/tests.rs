use super::*;
use crate::credentials::read_password;
use crate::test_directory::TestDirectory;

#[test]
fn a_description_names_length_and_origin_and_nothing_of_the_secret() {
    let secret = Secret::new("s3cr3t-ü");
    for (source, origin) in [
        (ValueSource::Program, "set by the program"),
        (ValueSource::Environment, "from MOMO_API_KEY"),
        (ValueSource::File("/run/key".into()), "from /run/key"),
    ] {
        let credential = Credential {
            name: "api_key",
            secret: secret.clone(),
            source,
        };
        let described = credential.describe();
        assert_eq!(described, format!("api_key (8 characters, {origin})"));
    }
}

#[test]
fn only_the_form_of_a_uuid_is_one() {
    assert!(is_uuid("a0e5c1d2-7b34-4f86-9c0d-1e2f3a4b5c6D"));
    for other in [
        "",
        "a0e5c1d27b344f869c0d1e2f3a4b5c6d",
        "a0e5c1d2-7b34-4f86-9c0d-1e2f3a4b5c6",
        "a0e5c1d2-7b34-4f86-9c0d-1e2f3a4b5c6g",
        "a0e5c1d27-b34-4f86-9c0d-1e2f3a4b5c6d",
    ] {
        assert!(!is_uuid(other), "{other}");
    }
}

#[test]
fn an_empty_password_is_no_credential_of_the_portal() {
    let directory = TestDirectory::new();
    directory.replace("password", "\n");
    let path = directory.path("password");
    let why = read_password(&path).err().unwrap();
    assert_eq!(why, format!("{}: it is empty", path.display()));
}

#[test]
fn a_file_is_held_to_the_rules_of_its_credential() {
    let directory = TestDirectory::new();
    for (name, text, refused) in [
        ("api_user", "user:key", Some("has no ':'")),
        ("api_user", "us\u{e9}r", None),
        ("api_key", "key:k\u{e9}y", None),
        ("subscription_key", "key:key", None),
        ("subscription_key", "k\u{e9}y", Some("not ASCII")),
        ("secondary_subscription_key", "k\u{e9}y", Some("not ASCII")),
    ] {
        directory.replace("file", text);
        let mut credential = Credential {
            name,
            secret: Secret::new(""),
            source: ValueSource::File(directory.path("file")),
        };
        match (credential.read(false), refused) {
            (Ok(()), None) => assert_eq!(credential.expose(), text),
            (Err(why), Some(words)) => assert!(why.contains(words), "{why}"),
            (read, _) => panic!("{name} {text}: {read:?}"),
        }
    }
}
