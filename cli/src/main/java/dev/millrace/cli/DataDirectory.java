package dev.millrace.cli;

import dev.millrace.engine.EventStore;
import dev.millrace.engine.InMemoryEventStore;
import dev.millrace.store.sqlite.SqliteEventStore;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Where a service keeps its events. */
final class DataDirectory {
    @Spec(Spec.Target.MIXEE)
    @SuppressWarnings("NullAway.Init") // set by the parser
    private CommandSpec command;

    @Option(names = "--data", paramLabel = "DIR", description = "The directory that keeps the events.")
    private @Nullable Path directory;

    @Option(names = "--in-memory", description = "Keep nothing: the events are gone when the process ends.")
    private boolean inMemory;

    /** Opens it; closing the store is up to the engine that gets it. */
    EventStore open(Path otherwise) {
        if (inMemory && directory != null) {
            throw new ParameterException(command.commandLine(), "--data and --in-memory exclude each other");
        }
        return inMemory ? new InMemoryEventStore() : SqliteEventStore.open(directoryOr(otherwise));
    }

    /** As one reads it in a message. */
    String describe(Path otherwise) {
        return inMemory
                ? "events in memory only"
                : "events in " + directoryOr(otherwise).toAbsolutePath().normalize();
    }

    private Path directoryOr(Path otherwise) {
        return directory == null ? otherwise : directory;
    }
}
