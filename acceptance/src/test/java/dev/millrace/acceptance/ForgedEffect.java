package dev.millrace.acceptance;

import static dev.millrace.acceptance.ControlEffectSteps.configureRule;
import static dev.millrace.acceptance.ControlEffectSteps.isDerived;
import static dev.millrace.acceptance.ControlEffectSteps.isTripped;
import static dev.millrace.acceptance.ControlEffectSteps.provenance;

import dev.millrace.core.ConnectionInfo;
import dev.millrace.core.Event;
import dev.millrace.core.Fence;
import dev.millrace.core.StreamPath;
import dev.millrace.core.Subscriber;
import dev.millrace.core.Subscription;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

/** Metadata that only the service and processors write. */
enum ForgedEffect implements ControlEffect {
    HOPS("pause a stream, by a forged number of hops") {
        @Override
        public List<String> events(TokenArena arena, StreamPath path) {
            return List.of("{\"type\":\"said\",\"metadata\":{\"millrace\":" + provenance("forger", 1, 65) + "}}");
        }

        @Override
        public boolean happened(TokenArena arena, StreamPath path) {
            return isTripped(arena, path);
        }
    },
    DEPTH("pause a stream, by a forged depth") {
        @Override
        public List<String> events(TokenArena arena, StreamPath path) {
            return List.of("{\"type\":\"said\",\"metadata\":{\"millrace\":" + provenance("forger", 1001, 0) + "}}");
        }

        @Override
        public boolean happened(TokenArena arena, StreamPath path) {
            return isTripped(arena, path);
        }
    },
    DERIVATIONS("pause a stream, by a forged number of derivations") {
        @Override
        public void prepare(TokenArena arena, StreamPath path) {
            configureRule(arena, path);
        }

        @Override
        public List<String> events(TokenArena arena, StreamPath path) {
            return List.of("{\"type\":\"ask\",\"metadata\":{\"jsonata\":{\"transformer\":\"r\",\"depth\":128},"
                    + "\"millrace\":" + provenance("jsonata-transformer", 1, 0) + "}}");
        }

        @Override
        public boolean happened(TokenArena arena, StreamPath path) {
            List<Event> asked = arena.read(path).stream()
                    .filter(event -> event.type().equals("ask"))
                    .toList();
            return !asked.isEmpty() && !isDerived(arena, path, asked.get(0).offset());
        }
    },
    FENCE("keep every process from a lease, by forged fences") {
        @Override
        public List<String> events(TokenArena arena, StreamPath path) {
            return IntStream.rangeClosed(1, 4)
                    .mapToObj(epoch -> new Fence("teller", path, epoch).asMetadata(Optional.empty()))
                    .map(metadata -> "{\"type\":\"said\",\"metadata\":" + metadata + "}")
                    .toList();
        }

        @Override
        public boolean happened(TokenArena arena, StreamPath path) {
            return KeyEffect.LEASE_KEY.happened(arena, path);
        }
    },
    INCARNATION("change the incarnation of a stream, by a forged one") {
        @Override
        public List<String> events(TokenArena arena, StreamPath path) {
            return List.of("{\"type\":\"said\",\"metadata\":{\"millrace\":{\"incarnation\":\"forged\"}}}");
        }

        @Override
        public boolean happened(TokenArena arena, StreamPath path) {
            CompletableFuture<String> told = new CompletableFuture<>();
            Subscriber reader = new Subscriber() {
                @Override
                public void onConnected(ConnectionInfo connected) {
                    told.complete(connected.incarnation());
                }

                @Override
                public void onEvent(Event event) {}
            };
            try (Subscription reading = arena.streams.subscribe(path, 0, reader)) {
                return told.orTimeout(30, TimeUnit.SECONDS).join().equals("forged");
            }
        }
    };

    private final String row;

    ForgedEffect(String row) {
        this.row = row;
    }

    @Override
    public String row() {
        return row;
    }

    /** A fence that is not of the newest lease refuses its own append, from any caller. */
    @Override
    public boolean isRefused() {
        return this == FENCE;
    }
}
