use super::*;
use crate::config::test_refusals::assert_refused;

#[test]
fn every_part_of_a_url_is_read() {
    #[rustfmt::skip]
    let rows = [
        ("redis://cache.test", "redis://cache.test:6379/0", None, None),
        ("redis://Cache.Test/", "redis://cache.test:6379/0", None, None),
        ("REDISS://h", "rediss://h:6379/0", None, None),
        ("rediss://cache.test:7000/15", "rediss://cache.test:7000/15", None, None),
        ("redis://[::1]:1/2", "redis://[::1]:1/2", None, None),
        ("redis://h?db=65535", "redis://h:6379/65535", None, None),
        ("redis://:s%2Fcret@127.0.0.1", "redis://127.0.0.1:6379/0", None, Some("s/cret")),
        ("redis://:a+b%%41@h", "redis://h:6379/0", None, Some("a+b%A")),
        ("redis://me:a:b%40@h/3", "redis://h:6379/3", Some("me"), Some("a:b@")),
        #[cfg(unix)]
        ("redis+unix:///run/redis.sock", "redis+unix:///run/redis.sock?db=0", None, None),
        #[cfg(unix)]
        ("unix://me:a%40@/run/my%20redis.sock?db=2", "redis+unix:///run/my redis.sock?db=2", Some("me"), Some("a@")),
        #[cfg(unix)]
        ("redis+socket:///r.sock?virtual_host=3&username=me&password=a", "redis+unix:///r.sock?db=3", Some("me"), Some("a")),
    ];
    for (text, shown, user, password) in rows {
        let mut url = RedisUrl::parse(text).unwrap_or_else(|why| panic!("{text}: {why}"));
        url.complete(&Config::default()).unwrap();
        assert_eq!(url.shown(), shown);
        assert_eq!(url.user.as_ref().map(Secret::expose), user, "{text}");
        assert_eq!(
            url.password.as_ref().map(Secret::expose),
            password,
            "{text}"
        );
    }
}

#[test]
fn what_is_no_url_of_a_redis_server_is_refused_with_a_reason_and_without_the_password() {
    #[rustfmt::skip]
    assert_refused(RedisUrl::parse, &[
        ("redis:/h", "it is process"),
        ("redis+unix://host/run/redis.sock", "a path on this machine"),
        ("redis+unix:///", "a path on this machine"),
        #[cfg(unix)]
        ("redis+unix:///run/redis.sock?db=x", "database"),
        #[cfg(unix)]
        ("unix:///run/redis.sock?protocol=s3", "db, username or password"),
        ("unix:/run/redis.sock", "it is process"),
        ("redis://", "host"),
        ("redis://:s3cret@", "host"),
        ("redis://h:65536", "port"),
        ("redis://127.1", "address"),
        ("redis://me:@h", "empty"),
        ("redis://:@h", "empty"),
        ("redis://h?username=me&password=", "empty"),
        ("redis://me:s3cret@x@h", "unclear"),
        ("redis://me:s3/cret@h", "unclear"),
        ("redis://:s3cret%00@h", "control character"),
        ("redis://:s3cret%ff@h", "UTF-8"),
        ("redis://h/1/2", "database"),
        ("redis://h/-1", "database"),
        ("redis://h/65536", "database"),
        ("redis://h/0?protocol=resp3", "after the '?' is db"),
        ("rediss://h#insecure", "write '?' or '#' in a password as %3F"),
        ("redis://h\n", "line break"),
        ("redis://h ", "blank"),
    ]);
}
