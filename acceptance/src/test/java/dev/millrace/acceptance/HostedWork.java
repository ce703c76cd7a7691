package dev.millrace.acceptance;

import dev.millrace.core.BuiltInType;
import dev.millrace.core.Event;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.StreamPath;
import java.util.Map;
import java.util.function.Predicate;

/** What a bundled processor is there for. */
enum HostedWork {
    SCHEDULE {
        @Override
        void prepare(HostedService service, StreamPath path) {
            withoutBreaker(service, path);
            service.append(
                    path,
                    PREFIX + "append-scheduled",
                    "{'slug':'beats','append':{'type':'beat'},'schedule':{'kind':'every','intervalSeconds':1}}");
        }

        @Override
        void check(HostedService service, StreamPath path, int round) {
            long last = last(service, path);
            service.append(
                    path,
                    PREFIX + "append-scheduled",
                    "{'slug':'due-" + round + "','append':{'type':'due','payload':{'n':" + round + "}},"
                            + "'schedule':{'kind':'once-at','at':'2026-01-01T00:00:00Z'}}");
            service.comes(path, is("due", round));
            service.comes(path, event -> event.type().equals("beat") && event.offset() > last);
        }
    },
    RULE {
        @Override
        void prepare(HostedService service, StreamPath path) {
            withoutBreaker(service, path);
            service.append(
                    path,
                    PREFIX + "jsonata-transformer-configured",
                    JsonCodec.toTree(Map.of(
                            "slug", "rule",
                            "matcher", "type='said'",
                            "transform", "{'type':'answered','payload':{'n':payload.n}}")));
        }

        @Override
        void check(HostedService service, StreamPath path, int round) {
            service.append(path, "said", "{'n':" + round + "}");
            service.comes(path, is("answered", round));
        }
    },
    SCRIPT {
        @Override
        void prepare(HostedService service, StreamPath path) {
            withoutBreaker(service, path);
            String script = "export default { async afterAppend({ append, event }) { if (event.type === 'said')"
                    + " await append({ type: 'answered', payload: { n: event.payload.n } }); } };";
            service.append(
                    path,
                    PREFIX + "dynamic-worker/configured",
                    JsonCodec.toTree(Map.of("slug", "worker", "script", script)));
        }

        @Override
        void check(HostedService service, StreamPath path, int round) {
            RULE.check(service, path, round);
        }
    },
    WEBHOOK {
        @Override
        void prepare(HostedService service, StreamPath path) {
            withoutBreaker(service, path);
            service.append(
                    path,
                    PREFIX + "subscription/configured",
                    JsonCodec.toTree(Map.of(
                            "slug", "peer",
                            "type", "webhook",
                            "callbackUrl", service.peerUrl(),
                            "jsonataFilter", "type='said' and payload.n > 0")));
        }

        @Override
        void check(HostedService service, StreamPath path, int round) {
            service.accept();
            service.append(path, "said", "{'n':" + round + "}");
            while (service.delivered().path("payload").path("n").intValue() != round) {
                service.accept();
            }
        }
    },
    BREAKER {
        @Override
        void prepare(HostedService service, StreamPath path) {
            service.append(
                    path,
                    PREFIX + "circuit-breaker-configured",
                    "{'burstCapacity':3000,'refillRatePerMinute':3000,'weights':{'said':5000}}");
        }

        @Override
        void check(HostedService service, StreamPath path, int round) {
            long last = last(service, path);
            service.append(path, "said", "{}");
            service.comes(path, event -> BuiltInType.PAUSED.matches(event.type()) && event.offset() > last);
            service.append(path, BuiltInType.RESUMED.type(), "{}");
        }
    },
    AGENT {
        @Override
        void prepare(HostedService service, StreamPath path) {
            withoutBreaker(service, path);
            service.append(path, BuiltInType.PROCESSOR_ATTACHED.type(), "{'processor':'agent'}");
        }

        @Override
        void check(HostedService service, StreamPath path, int round) {
            long last = last(service, path);
            service.append(path, "agent-input-added", "{'content':'Hello.'}");
            service.comes(path, event -> event.type().equals("llm-request-completed") && event.offset() > last);
        }
    };

    private static final String PREFIX = "https://events.iterate.com/events/stream/";

    /** Configures the processor on a new stream. */
    abstract void prepare(HostedService service, StreamPath path);

    /** Has the processor work once more, as it was configured; fails if that takes more than 30 s. */
    abstract void check(HostedService service, StreamPath path, int round);

    private static void withoutBreaker(HostedService service, StreamPath path) {
        service.append(path, PREFIX + "circuit-breaker-configured", "{'enabled':false}");
    }

    private static long last(HostedService service, StreamPath path) {
        return service.read(path).size();
    }

    private static Predicate<Event> is(String type, int round) {
        return event ->
                event.type().equals(type) && event.payloadJson().path("n").intValue() == round;
    }
}
