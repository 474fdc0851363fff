use std::ffi::CStr;

use super::*;

#[test]
fn each_string_has_its_own_place_and_room_for_its_end() {
    type Texts = [*const c_char; 3];
    let public = hand_out(["ab", "", "c"], |texts| texts);
    // SAFETY: handed out above, within a Block, and freed once.
    unsafe {
        let block = public.byte_sub(offset_of!(Block<Texts>, public));
        assert_eq!(block.cast::<Block<Texts>>().as_ref().text_bytes, 6);
        let texts = public.as_ref().map(|text| CStr::from_ptr(text));
        assert_eq!(texts, [c"ab", c"", c"c"]);
        free(Some(public));
    }
}
