package momo;

/** Where this process has its token from; the order is that of the numbers in momo.h. */
public enum MomoOrigin {
    /** There is no token. */ NONE,
    /** The gateway. */ GATEWAY,
    /** A directory, by the option cache. */ DIRECTORY,
    /** A Redis server, by the option cache. */ REDIS,
    /** An origin that is newer than this enumeration. */ UNKNOWN
}
