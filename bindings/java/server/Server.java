import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import momo.MomoClient;
import momo.MomoException;

/**
 * Answers every request with the fingerprint of a token: where a shop would make a payment with it.
 * One client serves all threads. SIGTERM and Ctrl-C end it when the requests in progress are answered.
 */
final class Server {
    private static final Logger LOGGER = System.getLogger("shop");
    private static final int THREADS = 16;
    private static final int SECONDS_TO_END = 10;

    public static void main(String[] args) throws Exception {
        // Else a small response on a kept connection waits for the acknowledgement of the one before.
        System.setProperty("sun.net.httpserver.nodelay", "true");
        MomoClient client = MomoClient.builder().fromEnvironment().build();
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        // From Java 21 on, Executors.newVirtualThreadPerTaskExecutor() does as well.
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        server.setExecutor(threads);
        server.createContext("/", exchange -> answer(client, exchange));
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            server.stop(SECONDS_TO_END);
            threads.shutdown();
            client.close();
        }));
        server.start();
        System.out.println("listening on http://127.0.0.1:" + server.getAddress().getPort() + "/");
    }

    private static void answer(MomoClient client, HttpExchange exchange) throws IOException {
        try (exchange) {
            String token = client.getToken().accessToken();
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            long pid = ProcessHandle.current().pid();
            send(exchange, 200, Json.object("pid", pid, "token_sha256", fingerprint(token)));
        } catch (MomoException e) {
            // The reason is for the log: it tells of the shop's configuration, not of the request.
            LOGGER.log(Level.ERROR, "no token", e);
            e.retryAfter().ifPresent(time -> exchange.getResponseHeaders()
                    .set("Retry-After", Long.toString((time.toMillis() + 999) / 1000)));
            send(exchange, 503, "no token");
        }
    }

    private static void send(HttpExchange exchange, int status, String text) throws IOException {
        byte[] body = text.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, body.length);
        exchange.getResponseBody().write(body);
    }

    private static String fingerprint(String text) {
        try {
            MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
            return HexFormat.of().formatHex(sha256.digest(text.getBytes(StandardCharsets.US_ASCII)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e); // Every Java has SHA-256.
        }
    }
}
