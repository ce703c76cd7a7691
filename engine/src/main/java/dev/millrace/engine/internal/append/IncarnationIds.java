package dev.millrace.engine.internal.append;

import java.security.SecureRandom;
import java.util.function.Supplier;

/** A generator of random incarnation ids: 12 characters, 60 bits. Thread-safe. */
public final class IncarnationIds implements Supplier<String> {
    private static final String ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz";
    private static final int LENGTH = 12;

    private final SecureRandom random = new SecureRandom();

    @Override
    public String get() {
        StringBuilder id = new StringBuilder(LENGTH);
        for (int i = 0; i < LENGTH; i++) {
            id.append(ALPHABET.charAt(random.nextInt(ALPHABET.length())));
        }
        return id.toString();
    }
}
