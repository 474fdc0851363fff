//! What a host does that no page of the interface speaks of: it changes its environment, cancels
//! threads, cancels clients at their first call, closes its standard input.

use crate::host::Mock;

fn attack(behaviour: &str, arguments: &[&str]) {
    let mock = Mock::start(&[]);
    let mut host = mock.host("attacks.c", behaviour);
    host.env("MOMO_CACHE", "client");
    if arguments[0].starts_with("no-") {
        // A name, and attempts of which the later ones must tell the same.
        host.env("MOMO_BASE_URL", mock.url("localhost"));
        host.env("MOMO_MAX_ATTEMPTS", "3");
    }
    host.run(arguments);
}

#[test]
fn nothing_but_the_making_of_a_client_reads_the_environment() {
    attack("", &["environment"]);
}

#[test]
fn a_thread_that_is_cancelled_within_a_call_ends_after_the_call() {
    attack("/stall", &["cancel-thread"]);
    attack("", &["cancel-free"]);
}

#[test]
fn a_client_that_is_cancelled_at_its_first_call_ends_that_call() {
    attack("/stall", &["cancel-first", "1000"]);
}

#[test]
fn a_connection_takes_no_standard_descriptor_that_the_host_has_closed() {
    attack("", &["descriptors"]);
}

#[test]
fn a_lack_of_descriptors_is_named_and_is_over_when_there_are_some() {
    attack("", &["no-descriptor"]);
}

#[test]
fn where_the_user_may_have_no_thread_more_that_is_named_and_is_over_when_there_may_be_some() {
    attack("", &["no-thread"]);
}
