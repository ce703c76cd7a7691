package dev.millrace.examples.support;

import java.math.BigDecimal;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The systems of a bookshop, in memory. Safe for use by many threads. */
final class Bookshop {
    /** An order. */
    record Order(String id, String title, BigDecimal price) {}

    private final Map<String, Order> orders = Map.of(
            "17", new Order("17", "The Mill on the Floss", new BigDecimal("12.50")),
            "18", new Order("18", "Water Wheels", new BigDecimal("8.00")));
    private final Map<String, BigDecimal> refunds = new ConcurrentHashMap<>();

    /** Throws {@link IllegalArgumentException} if there is no such order. */
    Order find(String id) {
        Order found = orders.get(id);
        if (found == null) {
            throw new IllegalArgumentException("there is no order " + id);
        }
        return found;
    }

    /** Pays back; a repeated call with the same key pays once. */
    String refund(String id, BigDecimal amount, String key) {
        refunds.putIfAbsent(key, amount);
        return "refunded " + amount + " euros for order " + find(id).id();
    }

    /** What was paid back, by key. */
    Map<String, BigDecimal> refunds() {
        return Map.copyOf(refunds);
    }
}
