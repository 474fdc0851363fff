use super::*;

const USER: &str = "O:S-1-5-21-1-2-3-1001";

#[test]
fn a_directory_that_is_made_is_the_user_s_alone_whatever_the_system_calls_it() {
    for user in [USER, "O:LA", "O:SYD:"] {
        let made = [user.trim_end_matches("D:"), &private(user)].concat();
        assert_eq!(of_others(&made, user), None);
    }
}

#[test]
fn rights_of_others_are_found_and_inherited_ones_of_the_user_are_not() {
    let others = |rights: &str| of_others(&[USER, rights].concat(), USER);
    let inherited = "D:AI(A;OICIID;FA;;;SY)(A;OICIID;FA;;;BA)(A;OICIIOID;GA;;;CO)\
                     (A;OICIID;0x1301bf;;;S-1-5-21-1-2-3-1001)(D;;FA;;;WD)(A;;RC;;;OW)";
    assert_eq!(others(inherited), None);
    for entry in [
        "(A;OICI;FR;;;WD)",
        "(A;;FA;;;S-1-5-21-1-2-3-1002)",
        "(A;;FA;;;)",
        "(OA;;FA;guid;;SY)",
        "(XA;;FX;;;S-1-1-0;(@User.Title==\"PM\"))",
    ] {
        let told = others(&[inherited, entry].concat()).unwrap();
        let (begin, _) = entry.split_at(8);
        assert!(told.starts_with("others have the rights ("), "{told}");
        assert!(told.contains(begin), "{told}");
    }
    // No list of rights is a list of all.
    for none in ["", "D:", "D:P", "D:NO_ACCESS_CONTROL"] {
        assert_eq!(others(none).unwrap(), "everybody has all rights to it");
    }
    let foreign = of_others("O:S-1-5-21-1-2-3-1002D:(A;;FA;;;SY)", USER);
    assert_eq!(foreign.unwrap(), "its owner is S-1-5-21-1-2-3-1002");
    assert!(of_others("", USER).is_some() && of_others("O:D:(A;;FA;;;SY)", USER).is_some());
}
