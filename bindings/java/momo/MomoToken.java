package momo;

/**
 * A token that was valid when the call returned.
 *
 * @param secret the token itself, kept from what prints or serialises records
 * @param tokenType as the gateway sent it: MTN's says "access_token", not "Bearer"
 * @param expiresIn seconds left, 0 if that is not known
 * @param expiresAt Unix time in seconds, 0 if that is not known
 * @param lifetime seconds, as the gateway said when it issued it, 0 if it did not
 * @param refreshStatus why the last refresh failed, OK if none did
 * @param refreshIn seconds until a refresh is due, 0 if it is, -1 if there is none
 */
public record MomoToken(
        Secret secret, String tokenType, long expiresIn, long expiresAt, long lifetime,
        MomoStatus refreshStatus, long refreshIn) {

    /** Text that has no getter, no toString and no field that is serialised. */
    public static final class Secret {
        private final transient String text;

        Secret(String text) {
            this.text = text;
        }
    }

    /**
     * Makes a token for tests without a gateway.
     *
     * @param accessToken its text
     * @param expiresIn seconds left
     */
    public MomoToken(String accessToken, long expiresIn) {
        this(new Secret(accessToken), "access_token", expiresIn, 0, expiresIn, MomoStatus.OK, -1);
    }

    /** {@return the token's text} */
    public String accessToken() {
        return secret.text;
    }

    /** {@return "Bearer " and the text: the value of the Authorization header to send} */
    public String authorization() {
        return "Bearer " + secret.text;
    }
}
