import momo.MomoClient;
import momo.MomoException;
import momo.MomoToken;

/**
 * Gets a token and prints it as one JSON object, for scripts and for a look by hand. On failure
 * one JSON object goes to stderr instead, and the exit status is 1.
 */
final class GetToken {
    private static MomoToken get() throws MomoException {
        // MOMO_API_USER and so on: no key in the source
        try (MomoClient client = MomoClient.builder().fromEnvironment().build()) {
            return client.getToken();
        }
    }

    public static void main(String[] args) {
        try {
            MomoToken token = get();
            System.out.println(Json.object(
                    "access_token", token.accessToken(),
                    "token_type", token.tokenType(),
                    "authorization", token.authorization(),
                    "expires_in", token.expiresIn(),
                    "expires_at", token.expiresAt(),
                    "refresh_in", token.refreshIn()));
            // A full disk or a closed pipe shows only when the buffer is written.
            if (System.out.checkError()) {
                System.exit(1);
            }
        } catch (MomoException e) {
            // The name, not the number: it is what the documentation and a search engine know.
            System.err.println(Json.object(
                    "status", e.statusName(),
                    "http_status", e.httpStatus(),
                    "code", e.code(),
                    "message", e.getMessage()));
            System.exit(1);
        }
    }
}
