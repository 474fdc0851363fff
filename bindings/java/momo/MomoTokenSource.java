package momo;

import java.time.Duration;

/** What a program needs of a client: its tests can have one of their own. */
public interface MomoTokenSource {
    /**
     * {@return a valid token: the one at hand, or a new one; call it before each payment}
     *
     * @throws MomoException if there is none within the option timeout
     */
    MomoToken getToken() throws MomoException;

    /**
     * {@return a valid token, within the call's own time}
     *
     * @param timeout the call's whole time; with zero the call never waits
     * @throws MomoException if there is none within that time
     */
    MomoToken getToken(Duration timeout) throws MomoException;

    /**
     * Has a token that the gateway refused, with a 401 to a payment, never returned again.
     *
     * @param accessToken the text of that token
     * @throws MomoException if the client is closed
     */
    void invalidateToken(String accessToken) throws MomoException;

    /**
     * Does the same.
     *
     * @param token that token
     * @throws MomoException if the client is closed
     */
    default void invalidateToken(MomoToken token) throws MomoException {
        invalidateToken(token.accessToken());
    }
}
