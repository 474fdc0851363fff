use super::*;

#[test]
fn the_user_s_own_directory_is_one_below_an_absolute_path_in_the_variable() {
    let absolute = std::env::temp_dir();
    let found = user_directory_in(absolute.clone());
    assert_eq!(found, Ok(absolute.join("libmomo")));
    for value in ["", "run/user"] {
        let refused = user_directory_in(value.into()).unwrap_err();
        assert!(refused.contains("and that is not set to an absolute path;"));
    }
}
