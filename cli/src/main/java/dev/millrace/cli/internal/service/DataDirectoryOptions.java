package dev.millrace.cli.internal.service;

import dev.millrace.core.runner.Timers;
import dev.millrace.engine.InMemoryEventStore;
import dev.millrace.engine.spi.EventStore;
import dev.millrace.server.security.AccessTokens;
import dev.millrace.server.security.Vault;
import dev.millrace.store.sqlite.SqliteEventStore;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The picocli options for the data directory of a service. */
public final class DataDirectoryOptions {
    static final String SECRET_KEY = "MILLRACE_SECRET_KEY";

    @Spec(Spec.Target.MIXEE)
    @SuppressWarnings("NullAway.Init") // set by the parser
    private CommandSpec command;

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description = "The directory for the events. Default: .millrace; of 'demo', .millrace/demo")
    private @Nullable Path directory;

    @Option(names = "--in-memory", description = "Keep events in memory only; they are lost when the process ends.")
    private boolean inMemory;

    @Option(
            names = "--accept-loss",
            description =
                    "Start although events are missing that were in the directory before, for example with an older"
                            + " backup. What is missing is in the log.")
    private boolean acceptLoss;

    /** The opened data of a service; without tokens if it runs in memory. */
    public record Opened(EventStore store, Optional<AccessTokens> tokens, Vault vault) {
        /** A store with a vault in memory and without tokens. */
        public static Opened only(EventStore store) {
            return new Opened(store, Optional.empty(), Vault.inMemory(Timers.system()));
        }
    }

    /** Opens the data; the engine that gets the store closes it. */
    public Opened open(Path otherwise, Map<String, String> environment) {
        check();
        if (inMemory) {
            return Opened.only(new InMemoryEventStore());
        }
        Path home = directoryOr(otherwise);
        EventStore store = acceptLoss ? SqliteEventStore.openAcceptingLoss(home) : SqliteEventStore.open(home);
        try {
            Optional<String> key =
                    Optional.ofNullable(environment.get(SECRET_KEY)).filter(text -> !text.isBlank());
            return new Opened(
                    store, Optional.of(AccessTokens.in(home, Timers.system())), Vault.open(home, key, Timers.system()));
        } catch (RuntimeException | Error e) {
            store.close();
            throw e;
        }
    }

    /** How many tokens have not expired. Opens no store. */
    int usableTokens(Path otherwise) {
        check();
        return inMemory
                ? 0
                : AccessTokens.in(directoryOr(otherwise), Timers.system()).usable();
    }

    private void check() {
        if (inMemory && directory != null) {
            throw usage("--data and --in-memory exclude each other; give one of them");
        }
        if (inMemory && acceptLoss) {
            throw usage("--accept-loss and --in-memory exclude each other; give one of them");
        }
    }

    /** The exception for wrong arguments of the command. */
    public ParameterException usage(String message) {
        return new ParameterException(command.commandLine(), message);
    }

    public String describe(Path otherwise) {
        return inMemory
                ? "events in memory only"
                : "events in " + directoryOr(otherwise).toAbsolutePath().normalize();
    }

    private Path directoryOr(Path otherwise) {
        return directory == null ? otherwise : directory;
    }
}
