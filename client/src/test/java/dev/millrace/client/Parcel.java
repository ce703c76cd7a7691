package dev.millrace.client;

import dev.millrace.client.push.PushReceiver;
import dev.millrace.client.push.PushResponse;
import dev.millrace.core.Event;
import dev.millrace.core.JsonCodec;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.util.Base64;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** A delivery with its body and its headers, by names in lower case. */
public final class Parcel {
    private final Map<String, String> headers;
    private final byte[] body;

    public Parcel(Map<String, String> headers, byte[] body) {
        this.headers = headers;
        this.body = body;
    }

    public String header(String name) {
        return headers.getOrDefault(name, "");
    }

    public byte[] body() {
        return body;
    }

    /** A signed delivery without an incarnation header. */
    public static Parcel signed(String secret, Instant time, byte[] body) {
        String stamp = Long.toString(time.getEpochSecond());
        Map<String, String> headers = new TreeMap<>();
        headers.put("webhook-id", "msg_1");
        headers.put("webhook-timestamp", stamp);
        headers.put("webhook-signature", "v1," + signature(secret, "msg_1." + stamp + ".", body));
        return new Parcel(headers, body);
    }

    public static Parcel of(Event event, String secret, Instant time) {
        return signed(secret, time, JsonCodec.write(JsonCodec.toTree(event)));
    }

    private static String signature(String secret, String prefix, byte[] body) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
            mac.update(prefix.getBytes(StandardCharsets.UTF_8));
            return Base64.getEncoder().encodeToString(mac.doFinal(body));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The same delivery with another header. */
    public Parcel with(String name, String value) {
        Map<String, String> changed = new TreeMap<>(headers);
        changed.put(name, value);
        return new Parcel(changed, body);
    }

    public Parcel without(String name) {
        Map<String, String> changed = new TreeMap<>(headers);
        changed.remove(name);
        return new Parcel(changed, body);
    }

    public Parcel withBody(String text) {
        return new Parcel(headers, text.getBytes(StandardCharsets.UTF_8));
    }

    public PushResponse to(PushReceiver<?> receiver) {
        return receiver.handle(name -> headers.get(name.toLowerCase(Locale.ROOT)), body);
    }
}
