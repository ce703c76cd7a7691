package dev.millrace.cli.internal.service;

import dev.millrace.cli.internal.terminal.CommandException;
import dev.millrace.cli.internal.terminal.Terminal;
import dev.millrace.store.sqlite.BackupSummary;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code millrace backup}: copies a data directory while a server runs on it, or while none does. */
@Command(
        name = "backup",
        description = {
            "Copies the data of a service to a new directory, while its server runs or is stopped. Appends go on meanwhile.",
            "The copy has every event that was acknowledged before it began, the tokens, the secrets and, if the data"
                    + " directory has one, their key. It is checked, and is on disk when the command ends.",
            "Run it as the user that runs the server. To use a backup: millrace serve --data TARGET"
        },
        footer = {
            "  millrace backup /backups/2026-12-01",
            "  millrace backup --data /var/lib/millrace /backups/2026-12-01",
            "  millrace serve --data /backups/2026-12-01 --port 4243"
        })
public final class BackupCommand implements Callable<Integer> {
    private static final List<String> BESIDE = List.of("tokens.json", "secrets.json", "secret.key");
    private static final int PROGRESS_MILLIS = 500;
    private static final int TENTHS = 10;
    private static final long MEGABYTE = 1 << 20;

    private final Terminal terminal;

    @Option(
            names = "--data",
            paramLabel = "DIR",
            defaultValue = ".millrace",
            description = "The data directory of the service. Default: ${DEFAULT-VALUE}")
    private Path directory = Path.of(".millrace");

    @Parameters(
            index = "0",
            paramLabel = "TARGET",
            description = "The new directory. It must not exist; the directory above it must.")
    private Path target = Path.of("");

    public BackupCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws Exception {
        if (target.toString().isBlank()) {
            throw new CommandException("backup failed: TARGET is empty; give the name of a new directory");
        }
        Path goal = target.toAbsolutePath().normalize();
        Path parent = check(goal);
        Path partial = Files.createTempDirectory(parent, "." + goal.getFileName() + "-");
        Thread atEnd = new Thread(() -> delete(partial), "millrace-backup-end");
        Runtime.getRuntime().addShutdownHook(atEnd);
        BackupSummary summary;
        try {
            summary = copyDatabase(partial.resolve(BackupSource.DATABASE));
            for (String name : BESIDE) {
                copy(name, partial);
            }
            force(partial);
            if (Files.exists(goal, LinkOption.NOFOLLOW_LINKS)) {
                throw exists(goal);
            }
            Files.move(partial, goal, StandardCopyOption.ATOMIC_MOVE);
            force(parent);
        } catch (IOException e) {
            throw new CommandException(
                    "backup failed: " + goal + "; " + e + "; check the free space and the permissions", e);
        } finally {
            delete(partial);
            Runtime.getRuntime().removeShutdownHook(atEnd);
        }
        report(goal, summary);
        return 0;
    }

    /** The directory above. */
    private Path check(Path goal) {
        if (!Files.exists(directory.resolve(BackupSource.DATABASE))) {
            throw new CommandException("backup failed: there are no events in "
                    + directory.toAbsolutePath().normalize() + "; give the data directory of the service with --data");
        }
        if (Files.exists(goal, LinkOption.NOFOLLOW_LINKS)) {
            throw exists(goal);
        }
        Path parent = goal.getParent();
        if (parent == null || !Files.isDirectory(parent)) {
            throw new CommandException("backup failed: there is no directory " + parent + "; create it");
        }
        if (parent.startsWith(directory.toAbsolutePath().normalize())) {
            throw new CommandException("backup failed: " + goal
                    + " is inside the data directory, and would be lost with it; give a directory elsewhere");
        }
        return parent;
    }

    private static CommandException exists(Path goal) {
        return new CommandException("backup failed: " + goal + " exists; give the name of a new directory");
    }

    private BackupSummary copyDatabase(Path file) throws Exception {
        BackupSource source = new BackupSource(directory);
        CompletableFuture<BackupSummary> copied = new CompletableFuture<>();
        Thread worker = new Thread(
                () -> {
                    try {
                        copied.complete(source.write(file));
                    } catch (IOException | RuntimeException | Error e) {
                        copied.completeExceptionally(e);
                    }
                },
                "millrace-backup");
        worker.setDaemon(true);
        worker.start();
        long told = 0;
        while (true) {
            try {
                return copied.get(PROGRESS_MILLIS, TimeUnit.MILLISECONDS);
            } catch (TimeoutException e) {
                told = tell(told, Files.exists(file) ? Files.size(file) : 0, source.size());
            } catch (ExecutionException e) {
                throw e.getCause() instanceof Exception cause ? cause : e;
            }
        }
    }

    /** Prints a line for each tenth of a long copy. */
    private long tell(long told, long copied, long all) {
        long tenths = copied * TENTHS / Math.max(1, all);
        if (tenths > told && !megabytes(copied).equals(megabytes(all))) {
            terminal.note("copied " + megabytes(copied) + " of at most " + megabytes(all)
                    + "; the copy is checked when it is complete");
        }
        return Math.max(told, tenths);
    }

    private void copy(String name, Path partial) throws IOException {
        Path source = directory.resolve(name);
        if (Files.exists(source)) {
            Path copy = Files.copy(source, partial.resolve(name));
            try (FileChannel channel = FileChannel.open(copy, StandardOpenOption.WRITE)) {
                channel.force(true);
            }
        }
    }

    /** Forces the entries of a directory to disk. Some file systems do not support this and do not need it. */
    private static void force(Path parent) {
        try (FileChannel channel = FileChannel.open(parent, StandardOpenOption.READ)) {
            channel.force(true);
        } catch (IOException e) {
            System.getLogger(BackupCommand.class.getPackageName())
                    .log(System.Logger.Level.DEBUG, "this file system cannot force a directory to disk", e);
        }
    }

    private void report(Path goal, BackupSummary summary) {
        terminal.out()
                .println("backup " + goal + ": " + summary.events() + " events of " + summary.streams() + " streams, "
                        + megabytes(summary.bytes()));
        if (summary.events() == 0) {
            terminal.note("the backup has no events; check that --data is the directory of the service: "
                    + directory.toAbsolutePath().normalize());
        }
        if (summary.damaged() > 0) {
            terminal.note("damaged events in the backup, as in the data directory: " + summary.damaged()
                    + "; find out which: millrace verify --data " + goal);
        }
        if (Files.exists(goal.resolve("secret.key"))) {
            terminal.note("the backup has the key of the secrets; protect it like the server");
        } else if (Files.exists(goal.resolve("secrets.json"))) {
            terminal.note(
                    "the backup has secrets, but not their key; keep " + DataDirectoryOptions.SECRET_KEY + " too");
        }
    }

    private static String megabytes(long bytes) {
        return (bytes + MEGABYTE - 1) / MEGABYTE + " MiB";
    }

    private static void delete(Path partial) {
        if (!Files.exists(partial)) {
            return;
        }
        try (Stream<Path> files = Files.list(partial)) {
            for (Path file : files.toList()) {
                Files.deleteIfExists(file);
            }
            Files.deleteIfExists(partial);
        } catch (IOException e) {
            System.getLogger(BackupCommand.class.getPackageName())
                    .log(System.Logger.Level.WARNING, "cannot delete the incomplete backup " + partial, e);
        }
    }
}
