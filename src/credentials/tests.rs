use super::*;
use crate::test_directory::TestDirectory;

#[test]
fn an_empty_password_is_no_credential_of_the_portal() {
    let directory = TestDirectory::new();
    directory.replace("password", "\n");
    let path = directory.path("password");
    let why = read_password(&path).err().unwrap();
    assert_eq!(why, format!("{}: it is empty", path.display()));
}
