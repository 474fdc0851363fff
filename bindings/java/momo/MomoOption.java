package momo;

/**
 * An option as a client uses it; momo.h explains each member.
 *
 * @param name such as "timeout"
 * @param value of a credential the length
 * @param source such as "from MOMO_TIMEOUT"
 * @param warning or ""
 */
public record MomoOption(String name, String value, String source, String warning) {}
