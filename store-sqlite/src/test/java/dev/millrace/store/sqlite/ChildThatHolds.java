package dev.millrace.store.sqlite;

import java.io.IOException;
import java.nio.file.Path;

/** A program that opens the store in a directory and keeps it open until its standard input ends. */
final class ChildThatHolds {
    private ChildThatHolds() {}

    /** Prints {@code open}, or the failure. */
    public static void main(String[] arguments) throws IOException {
        try (SqliteEventStore store = SqliteEventStore.open(Path.of(arguments[0]))) {
            System.out.println("open");
            if (System.in.read() >= 0) {
                System.out.println("unexpected input to " + store);
            }
        } catch (IllegalStateException e) {
            System.out.println(e.getMessage());
        }
    }
}
