use super::*;

#[test]
fn the_user_s_own_directory_is_one_below_an_absolute_path_in_the_variable() {
    let absolute = std::env::temp_dir();
    let found = user_directory_in(Ok(Some(absolute.clone()))).ok();
    assert_eq!(found, Some(absolute.join("libmomo")));
    let refused = |value: Option<&str>| {
        let refused = user_directory_in(Ok(value.map(PathBuf::from)));
        refused.unwrap_err()
    };
    assert!(refused(Some("run/user")).contains("and that is not an absolute path;"));
    assert!(refused(Some("")).contains("and that is not set;"));
    assert!(refused(None).contains("and that is not set;"));
}
