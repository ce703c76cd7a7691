package dev.millrace.client;

import dev.millrace.core.ReadRange;
import dev.millrace.core.StreamPath;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** The calls with one request and one answer, by the verb in their failure messages. */
enum Calls {
    APPEND("append") {
        @Override
        CompletableFuture<?> of(HttpEventStreams streams) {
            return streams.append(Sample.PATH, Sample.keyed("said", "{}", "k"));
        }
    },
    APPEND_ALL("append") {
        @Override
        CompletableFuture<?> of(HttpEventStreams streams) {
            return streams.appendAll(Sample.PATH, List.of(Sample.keyed("said", "{}", "k")));
        }
    },
    READ("read") {
        @Override
        CompletableFuture<?> of(HttpEventStreams streams) {
            return streams.read(Sample.PATH, ReadRange.all());
        }
    },
    STATE("state") {
        @Override
        CompletableFuture<?> of(HttpEventStreams streams) {
            return streams.state(Sample.PATH);
        }
    },
    LIST("list") {
        @Override
        CompletableFuture<?> of(HttpEventStreams streams) {
            return streams.list(Sample.PATH);
        }
    },
    DESTROY("destroy") {
        @Override
        CompletableFuture<?> of(HttpEventStreams streams) {
            return streams.destroy(Sample.PATH, false);
        }
    },
    FORK("fork") {
        @Override
        CompletableFuture<?> of(HttpEventStreams streams) {
            return streams.fork(Sample.PATH, 1, StreamPath.of("/copy"));
        }
    },
    IMPORT("import") {
        @Override
        CompletableFuture<?> of(HttpEventStreams streams) {
            return streams.importEvents(Sample.PATH, Path.of("pom.xml")); // any file
        }
    };

    private final String verb;

    Calls(String verb) {
        this.verb = verb;
    }

    abstract CompletableFuture<?> of(HttpEventStreams streams);

    String verb() {
        return verb;
    }

    /** True if sending it twice can have another effect than sending it once. */
    boolean changesSomething() {
        return this == APPEND || this == APPEND_ALL || this == DESTROY || this == FORK || this == IMPORT;
    }
}
