// A driver for Tokenproof: it lets Tokenproof test a token client, over standard input and output. What is marked TODO stands
// where your client belongs. `tokenproof check-driver 'java Driver.java'` tells whether it works. Needs Java 15.
import java.io.*; import java.net.*; import java.net.http.*; import java.nio.charset.StandardCharsets; import java.security.*;
import java.security.cert.CertificateFactory; import java.time.*; import java.util.*; import java.util.concurrent.*; import java.util.regex.*;
import javax.net.ssl.*;

public class Driver {
    // TODO what your client can do: docs/driver-protocol.md has the list
    static final String CAN = """
        {"grants":["client_credentials"],"auth":["post"],"ops":["set_clock"],"clock":"driven","concurrency":64,"reuse":true}""";
    static final Map<String, Client> clients = new ConcurrentHashMap<>();
    static volatile Instant clock;

    static class Client { // TODO your client in its place; its time must be `clock`, or declare another kind of clock in CAN
        final String ask; final HttpClient http; String token; Instant freshUntil = Instant.MIN;
        Client(String ask) throws Exception {
            this.ask = ask;
            var trusted = KeyStore.getInstance(KeyStore.getDefaultType());
            trusted.load(null, null);
            try (var pem = new FileInputStream(text(ask, "ca_file"))) {
                trusted.setCertificateEntry("ca", CertificateFactory.getInstance("X.509").generateCertificate(pem));
            }
            var managers = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            managers.init(trusted);
            var tls = SSLContext.getInstance("TLS");
            tls.init(null, managers.getTrustManagers(), null);
            http = HttpClient.newBuilder().sslContext(tls).build();
        }
        synchronized String getToken() throws Exception { // many callers, one request
            var now = clock;
            if (now.isBefore(freshUntil)) return token;
            var scope = match(ask, "scopes", "\\[(.*?)\\]").replace("\"", "").replace(",", " ");
            var form = "grant_type=client_credentials&scope=" + encoded(scope) + "&client_id=" + encoded(text(ask, "client_id"))
                + "&client_secret=" + encoded(text(ask, "client_secret"));
            var request = HttpRequest.newBuilder(URI.create(text(ask, "token_url"))).POST(HttpRequest.BodyPublishers.ofString(form));
            request.header("Content-Type", "application/x-www-form-urlencoded");
            var reply = http.send(request.build(), HttpResponse.BodyHandlers.ofString());
            if (reply.statusCode() != 200) throw new IOException("the token endpoint answered " + reply.statusCode());
            var lifetime = Long.parseLong(match(reply.body(), "expires_in", "(\\d+)"));
            freshUntil = now.plusSeconds(lifetime - Math.min(300, lifetime / 2));
            return token = text(reply.body(), "access_token");
        }
    }
    static String answer(String op, String ask) throws Exception {
        var client = clients.get(op.matches("get_token|close") ? text(ask, "client") : "");
        if (op.matches("open|set_clock")) clock = Instant.parse(text(ask, "now"));
        if (op.equals("open")) clients.put(text(ask, "client"), new Client(ask));
        if (op.equals("close")) clients.values().remove(Objects.requireNonNull(client, "no such client is open"));
        return switch (op) {
            case "hello" -> "\"ok\":{\"version\":1,\"name\":\"example-java\",\"release\":\"1\",\"can\":" + CAN + "}"; // TODO its name
            case "get_token" -> "\"ok\":{\"token\":" + quoted(Objects.requireNonNull(client, "no such client is open").getToken()) + "}";
            case "open", "set_clock", "close" -> "\"ok\":{}";
            default -> "\"unsupported\":" + quoted("this driver has no " + op);
        };
    }
    // TODO a library for JSON: this finds the first member of a name, which is enough for what is read here
    static String match(String json, String name, String value) {
        var found = Pattern.compile("\"" + name + "\"\\s*:\\s*" + value).matcher(json);
        return found.find() ? found.group(1) : "";
    }
    static String text(String json, String name) { return match(json, name, "\"((?:[^\"\\\\]++|\\\\.)*+)\"").replaceAll("\\\\(.)", "$1"); }
    static String quoted(String text) { return '"' + text.replaceAll("[\"\\\\]", "\\\\$0").replaceAll("\\p{Cntrl}", " ") + '"'; }
    static String encoded(String text) { return URLEncoder.encode(text, StandardCharsets.UTF_8); }
    static void respond(String ask) {
        String said;
        try { said = answer(text(ask, "op"), ask); } // TODO its classes
        catch (Exception e) { said = "\"err\":{\"native\":" + quoted(e.getClass().getName()) + ",\"message\":" + quoted("" + e.getMessage()) + "}"; }
        synchronized (System.out) { System.out.println("{\"id\":" + match(ask, "id", "(\\d+)") + "," + said + "}"); }
    }
    public static void main(String[] arguments) throws IOException {
        var lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        var threads = Executors.newCachedThreadPool();
        for (String line; (line = lines.readLine()) != null; ) { var ask = line; threads.execute(() -> respond(ask)); }
        System.exit(0);
    }
}
