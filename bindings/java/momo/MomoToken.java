package momo;

/**
 * A token that was good when the call returned.
 *
 * @param tokenType as the gateway sent it: MTN's says "access_token", not "Bearer"
 * @param authorization "Bearer " and the token: the value of the Authorization header to send
 * @param expiresIn seconds left, 0 where that is not known
 * @param expiresAt Unix time in seconds, 0 where that is not known
 * @param lifetime seconds, as the gateway said when it issued it, 0 where it did not
 * @param refreshStatus why the last refresh failed, OK where none did
 * @param refreshIn seconds until a refresh is due, 0 where it is, -1 where there is none
 */
public record MomoToken(
        String accessToken,
        String tokenType,
        String authorization,
        long expiresIn,
        long expiresAt,
        long lifetime,
        MomoStatus refreshStatus,
        long refreshIn) {

    /** Keeps the secret out of logs. */
    @Override
    public String toString() {
        return "MomoToken[expiresAt=" + expiresAt + "]";
    }
}
